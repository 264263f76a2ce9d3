// The film: one clock and its controls for every scene.
//
// Python sends { film: { scene, data, captions, title, alt, clicks }, palettes }, light and dark. A scene draws one moment:
//   height(width, data)                       how tall it is, in CSS pixels
//   paint(context, width, data, time, look)   draws it; `time` counts frames and may lie between two of them;
//                                             look: { palette, font }
//   at(x, y, width, data)                     a point of the picture in the data's own numbers, or null; only where it
//                                             takes clicks
// A new scene is a file of its own, named in film.py and in the table here.

import { bars } from "./bars.js";
import { canDraw, icon, prepare, setText } from "../controls.js";
import { curve } from "./curve.js";
import { map } from "./map.js";

const scenes = { bars, curve, map };

const PLAY_SECONDS = 14; // from start to end at speed 1, but
const FASTEST = 30, SLOWEST = 2; // frames a second
const SPEEDS = [0.5, 1, 2, 4];

const PARTS = `
  <canvas role="img"></canvas>
  <p class="caption"></p>
  <div class="bar">
    <div class="buttons" role="group" aria-label="Play">
      <button class="back" aria-label="one step back" title="one step back (←)">${icon("back")}</button>
      <button class="play"></button>
      <button class="forward" aria-label="one step on" title="one step on (→)">${icon("forward")}</button>
      <select aria-label="speed">${SPEEDS.map((s) => `<option value="${s}"${s === 1 ? " selected" : ""}>${s}×</option>`).join("")}</select>
    </div>
    <input type="range" min="0" step="1" aria-label="step">
    <div class="counter"></div>
  </div>`;

/** A film in an element. Its `tell(place)` says where a click landed. */
function createFilm(root) {
  root.tabIndex = 0;
  root.role = "group";
  root.innerHTML = PARTS;
  const find = (selector) => root.querySelector(selector);
  const [canvas, caption, slider, playButton, speedMenu, counter] = ["canvas", ".caption", "input", ".play", "select", ".counter"].map(find);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const look = {};
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let palettes = [], shown = null, content = null, scene = null, last = 0, time = 0;
  let playing = false, waiting = false, request = 0, before = 0;

  const film = { show, stop, tell: null };

  function show({ film: found, palettes: both }) {
    palettes = both;
    const text = JSON.stringify(found);
    if (text !== shown) {
      shown = text;
      open(found);
    }
    draw();
  }

  /** Other frames: from their beginning, as soon as they can be seen. */
  function open(found) {
    content = found;
    scene = scenes[content.scene];
    last = content.captions.length - 1;
    slider.max = last;
    root.ariaLabel = content.title;
    canvas.ariaLabel = content.alt;
    canvas.classList.toggle("clicks", content.clicks);
    time = still ? last : 0;
    waiting = !still;
    play(false);
    seen.disconnect();
    seen.observe(canvas);
  }

  // Drawing: once a frame of the screen at most, and only after something changed.

  function draw() {
    if (!request) request = requestAnimationFrame(tick);
  }

  function tick(now) {
    request = 0;
    if (playing) {
      const rate = Math.max(SLOWEST, Math.min(FASTEST, last / PLAY_SECONDS));
      const seconds = before ? Math.min(0.1, (now - before) / 1000) : 0;
      before = now;
      time += seconds * rate * Number(speedMenu.value);
      if (time >= last) {
        time = last;
        play(false);
      }
    }
    paint();
    if (playing) draw();
  }

  function paint() {
    const width = canvas.clientWidth;
    if (!width) return;
    const style = getComputedStyle(root), background = style.getPropertyValue("--nnviz-background").trim().toLowerCase();
    look.font = style.fontFamily;
    look.palette = palettes.find((palette) => palette.background.toLowerCase() === background) ?? palettes[0];
    const height = Math.round(scene.height(width, content.data));
    scene.paint(prepare(canvas, width, height), width, content.data, time, look);
    const frame = Math.floor(time);
    slider.value = frame;
    setText(caption, content.captions[frame]);
    setText(counter, `${frame.toLocaleString("en")} of ${last.toLocaleString("en")}`);
    slider.ariaValueText = `${counter.textContent}: ${caption.textContent}`;
    if (!playing) canvas.ariaLabel = `${content.alt} ${slider.ariaValueText}`;
  }

  // The clock.

  function play(on) {
    if (on && time >= last) time = 0;
    playing = on && last > 0;
    before = 0;
    caption.ariaLive = playing ? "off" : "polite"; // read out step by step, but not while it runs
    const label = playing ? "pause" : "play";
    if (playButton.ariaLabel !== label) {
      playButton.ariaLabel = label;
      playButton.title = `${label} (space)`;
      playButton.innerHTML = icon(label);
    }
    draw();
  }

  function goTo(frame) {
    waiting = false;
    time = Math.max(0, Math.min(last, frame));
    play(false);
  }

  function toggle() {
    waiting = false;
    play(!playing);
  }

  const stepBy = (frames) => goTo(Math.floor(time) + frames);

  // Controls.

  playButton.onclick = toggle;
  find(".back").onclick = () => stepBy(-1);
  find(".forward").onclick = () => stepBy(1);
  slider.oninput = () => goTo(Number(slider.value));

  // A click into the picture leaves the focus where it is, so that a presenter's arrow keys go on turning pages.
  root.onmousedown = (event) => {
    if (event.target.tagName === "CANVAS") event.preventDefault();
  };

  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === speedMenu) return;
    const onButton = event.target.tagName === "BUTTON";
    const act = {
      " ": onButton ? null : toggle,
      ArrowLeft: () => stepBy(-1),
      ArrowRight: () => stepBy(1),
      Home: () => goTo(0),
      End: () => goTo(last),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // the arrow keys turn the page for a presenter
    act();
  };

  canvas.onclick = (event) => {
    if (!content.clicks) return;
    const { left, top } = canvas.getBoundingClientRect();
    const place = scene.at(event.clientX - left, event.clientY - top, canvas.clientWidth, content.data);
    if (place) film.tell(place);
  };

  const turned = () => setTimeout(draw, 200); // once the page has its other colours
  dark.addEventListener("change", turned);
  const resized = new ResizeObserver(draw);
  resized.observe(root);
  const seen = new IntersectionObserver((entries) => {
    if (!waiting || !entries.some(({ isIntersecting }) => isIntersecting)) return;
    waiting = false;
    play(true);
  }, { threshold: 0.5 });

  function stop() {
    cancelAnimationFrame(request);
    dark.removeEventListener("change", turned);
    resized.disconnect();
    seen.disconnect();
  }

  return film;
}

const films = new WeakMap();

/** Shows a film in an element; called again with other frames, the speed stays. `tell(place)` says where a click landed. */
export function showFilm(root, data, tell = () => {}) {
  if (!canDraw()) {
    root.textContent = data.film.alt;
    return undefined;
  }
  const film = films.get(root) ?? createFilm(root);
  films.set(root, film);
  film.tell = tell;
  film.show(data);
  return () => {
    film.stop();
    films.delete(root);
  };
}
