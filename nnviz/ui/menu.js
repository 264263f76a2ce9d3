// On a phone Streamlit's menu of pages is a list with its sections beside the items, and their items outside any list:
// readers of the screen count it wrong, or not at all. Here it becomes what it looks like: links, some under a heading.
export default () => {
  const mend = () => {
    for (const part of document.querySelectorAll('[data-testid="stSidebarNavItems"], [data-testid="stSidebarNavItems"] li')) part.role = "none";
  };
  const drawn = new MutationObserver(mend);
  drawn.observe(document.querySelector(".stApp"), { childList: true, subtree: true });
  mend();
  return () => drawn.disconnect();
};
