// On a phone Streamlit's menu of pages is a list with its sections beside the items, and their items outside any list:
// readers of the screen count it wrong, or not at all. Here it becomes what it looks like: links, some under a heading.
const ITEMS = '[data-testid="stSidebarNavItems"], [data-testid="stSidebarNavItems"] li';

function mend() {
  for (const item of document.querySelectorAll(ITEMS)) item.role = "none";
}

export default () => {
  const drawn = new MutationObserver(mend);
  drawn.observe(document.querySelector(".stApp"), { childList: true, subtree: true });
  mend();
  return () => drawn.disconnect();
};
