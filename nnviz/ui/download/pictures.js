// Saves the page's charts as pictures: each chart as it stands there, under its title.

const TITLE = 18, LINE = 24, EDGE = 16; // pixels

/** A chart's layers in one SVG, the title above them. */
function svgOf(chart, title, colors) {
  const layers = [...chart.querySelectorAll(".main-svg")];
  const { width, height } = layers[0].getBoundingClientRect();
  const lines = wrapped(title, width - 2 * EDGE);
  const top = EDGE + LINE * lines.length;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("width", width);
  svg.setAttribute("height", height + top);
  const texts = lines.map((words, i) => `<text x="${EDGE}" y="${EDGE + LINE * i + TITLE - 4}"></text>`).join("");
  svg.innerHTML = `<rect width="100%" height="100%" fill="${colors.background}"/><g font-family="sans-serif" font-size="${TITLE}" fill="${colors.text}">${texts}</g>`;
  svg.querySelectorAll("text").forEach((text, i) => { text.textContent = lines[i]; });
  for (const layer of layers) {
    const copy = layer.cloneNode(true);
    copy.setAttribute("y", top);
    svg.append(copy);
  }
  return svg;
}

function wrapped(words, width) {
  const brush = document.createElement("canvas").getContext("2d");
  brush.font = `${TITLE}px sans-serif`;
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (brush.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

async function pngOf(svg, source) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * svg.getAttribute("width");
  canvas.height = 2 * svg.getAttribute("height");
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

async function save({ name, title, chart }, kind, colors) {
  const drawn = document.querySelector(`.st-key-${chart} .js-plotly-plot`);
  const svg = svgOf(drawn, title, colors);
  const source = new XMLSerializer().serializeToString(svg);
  const file = kind === "SVG" ? new Blob([source], { type: "image/svg+xml" }) : await pngOf(svg, source);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${name}.${kind.toLowerCase()}`;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(link.href); }, 60_000);
}

export default function mount({ data, parentElement }) {
  const list = parentElement.querySelector(".pictures");
  list.replaceChildren(...data.charts.map((chart) => {
    const row = document.createElement("p");
    row.append(`${chart.label} `, ...["PNG", "SVG"].map((kind) => {
      const button = document.createElement("button");
      button.textContent = kind;
      button.ariaLabel = `${chart.label}, ${kind}`;
      button.onclick = () => save(chart, kind, data.colors);
      return button;
    }));
    return row;
  }));
}
