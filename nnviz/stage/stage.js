// The stage: two networks in training, side by side, on one clock, with its controls.

import { canDraw, icon, prepare, setHtml, setText } from "./controls.js";
import { colourTables, layoutOf } from "./layout.js";
import { paintLosses } from "./losses.js";
import { frameOf, inputsOf, unpack } from "./network.js";
import { paintPicture } from "./pictures.js";
import { paintSide } from "./side.js";
import { epochAt, placeOf } from "./time.js";
import { counterHtml, describeLine, describeMoment, describeSide, describeUnit, epochWords } from "./words.js";

// The stage: two networks in training, side by side, on one clock.
//
// Python sends the weights of each side at every snapshot (payload.py). Here the networks are evaluated and drawn.
// The parts, in order: reading, the networks, time, words, drawing, and the stage with its clock and its controls.
const PLAY_SECONDS = 7; // from start to end at speed 1

const SPEEDS = [0.5, 1, 2, 4];

const REST_MS = 400; // so long the clock stands still before the page is told

const BAR = `
  <div class="buttons" role="group" aria-label="Play">
    <button class="back" aria-label="one moment back" title="one moment back (←)">${icon("back")}</button>
    <button class="play"></button>
    <button class="forward" aria-label="one moment on" title="one moment on (→)">${icon("forward")}</button>
    <button class="loop" aria-label="loop" title="again and again" aria-pressed="false">${icon("loop")}</button>
    <select aria-label="speed">${SPEEDS.map((s) => `<option value="${s}"${s === 1 ? " selected" : ""}>${s}×</option>`).join("")}</select>
  </div>
  <div class="time"><canvas role="img"></canvas><input type="range" min="0" step="any" aria-label="moment of training"></div>
  <div class="epoch"></div>`;

/** A stage in an element. Its `tell(name, value)` says "drawn" once, and "moment" when the clock rests somewhere new. */
function createStage(root) {
  root.tabIndex = 0;
  root.role = "group";
  root.ariaLabel = "The networks in training. Space plays and pauses, left and right arrow step, up and down arrow name a unit.";
  root.innerHTML = `<div class="sides"></div><div class="bar">${BAR}</div><div class="card" role="status" hidden><p></p><canvas></canvas><p></p></div>`;
  const find = (selector) => root.querySelector(selector);
  const [sidesBox, slider, playButton, speedMenu, loopButton, card] = [".sides", "input", ".play", "select", ".loop", ".card"].map(find);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const look = { tile: document.createElement("canvas") };
  const state = { time: 0, playing: false, fresh: true, drawn: false, told: 1 }; // told: the share of time that the page knows of
  let shown = null, content = null, views = [], hovered = null, pinned = null, request = 0, before = 0, timer = 0;

  const stage = { show, stop, moveTo, tell: null };
  const last = () => content.clock.values.length - 1;

  function show(bytes) {
    if (shown && equal(shown, bytes)) return; // the page ran again for another reason
    shown = bytes;
    const share = content ? state.time / Math.max(1, last()) : still ? 1 : 0;
    content = unpack(bytes);
    look.palette = content.palette;
    look.colors = colourTables(content.palette);
    state.time = share * last();
    slider.max = last();
    prepareContent();
    buildSides();
    hovered = pinned = null;
    if (state.fresh && !still) play(true);
    else play(state.playing);
    state.fresh = false;
    draw();
  }

  function prepareContent() {
    for (const side of content.sides) {
      side.inputs = { playing: inputsOf(side, true), still: inputsOf(side, false) };
      const { low, high } = spanOf(side.data.y.values);
      side.span = [low - 0.15 * (high - low), high + 0.15 * (high - low)];
    }
    const levels = content.sides.map(({ losses }) => {
      const sorted = losses.values.filter(Number.isFinite).toSorted();
      return sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 1;
    });
    // A side that explodes does not flatten the other one's line.
    content.highest = 1.15 * Math.min(Math.max(...levels), 4 * Math.min(...levels.map((level) => Math.max(level, 0.25)))) || 1;
    find(".time canvas").ariaLabel = `Loss over the epochs. ${content.sides.map((side) => `${side.letter}: ${side.sentence}`).join(" ")}`;
  }

  function buildSides() {
    views = content.sides.map((side) => {
      const box = document.createElement("div");
      box.className = "side";
      box.innerHTML = `<div class="counter"></div><canvas class="picture" role="img"></canvas>`;
      const canvas = box.lastChild;
      canvas.ariaLabel = describeSide(side); // a picture never stands there without words
      return { side, box, canvas, targets: [], described: false };
    });
    sidesBox.replaceChildren(...views.map(({ box }) => box));
  }

  // Drawing: once a frame at most, and only after something changed.

  function draw() {
    if (!request) request = requestAnimationFrame(tick);
  }

  function tick(now) {
    request = 0;
    if (!content) return;
    if (state.playing) {
      const seconds = before ? Math.min(0.1, (now - before) / 1000) : 0;
      state.time += (seconds * Number(speedMenu.value) * last()) / PLAY_SECONDS;
      if (state.time >= last()) {
        if (loopButton.ariaPressed === "true") state.time = 0;
        else {
          state.time = last();
          play(false);
        }
      }
      before = now;
    }
    paint();
    if (state.playing) draw();
    if (!state.drawn) setTimeout(() => stage.tell("drawn", true)); // when this frame is on the screen
    state.drawn = true;
  }

  function paint() {
    const epoch = epochAt(content.clock.values, state.time);
    look.font = getComputedStyle(root).fontFamily; // known once the stage has a place, which a notebook gives it late
    views.forEach((view, i) => {
      const { side } = view;
      const place = placeOf(side.epochs.values, epoch);
      const width = view.canvas.clientWidth;
      if (!width) return;
      const tall = Math.max(380, Math.min(2 * 0.48 * width + 76, window.innerHeight - 385));
      const height = width < 420 ? 0.96 * width + 76 : tall;
      view.layout = layoutOf(side, width, Math.round(height));
      view.frame = frameOf(side, place, state.playing ? side.inputs.playing : side.inputs.still);
      const context = prepare(view.canvas, width, Math.round(height));
      context.textBaseline = "middle";
      const focus = pinned ?? hovered;
      view.targets = paintSide(context, side, view.frame, view.layout, look, focus?.view === i ? focus : null);
      setHtml(view.box.firstChild, counterHtml(side, view.frame.snapshot, epoch));
      if (state.playing && view.described) return;
      view.canvas.ariaLabel = describeSide(side, describeMoment(view.box.firstChild, epoch));
      view.described = true;
    });
    const strip = find(".time canvas");
    const context = prepare(strip, strip.clientWidth, 60);
    context.textBaseline = "middle";
    paintLosses(context, strip.clientWidth, 60, content, state.time, look);
    slider.value = state.time;
    const words = `epoch ${epochWords(content.clock.values[Math.round(state.time)])} of ${epochWords(content.clock.values[last()])}`;
    slider.ariaValueText = words;
    setText(find(".epoch"), words);
    paintCard();
  }

  /** The unit or the line that is pointed at, in words. */
  function paintCard() {
    const focus = pinned ?? hovered;
    card.hidden = !focus;
    if (!focus) return;
    const view = views[focus.view];
    const [title, canvas, body] = card.children;
    card.dataset.kind = focus.kind;
    const describe = focus.kind === "unit" ? describeUnit : describeLine;
    const [heading, ...facts] = describe(view.side, view.frame, focus);
    setText(title, heading);
    setHtml(body, facts.map(escape).join("<br>"));
    if (focus.kind === "unit") {
      const context = prepare(canvas, 118, 118);
      paintPicture(context, { x: 0, y: 0, w: 118, h: 118 }, view.side, view.frame, focus.column, focus.unit, look);
    }
    placeCard(view, focus);
  }

  /** To the left of what is pointed at, where it hides least; else to its right. */
  function placeCard({ canvas }, { box, x, y }) {
    const host = root.getBoundingClientRect(), own = canvas.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card;
    const left = own.left - host.left + (box?.x ?? x) - width - 8;
    const right = Math.min(own.left - host.left + (box ? box.x + box.w : x) + 16, host.width - width);
    const top = own.top - host.top + y - height / 2;
    card.style.left = `${box && left > -12 ? Math.max(0, left) : right}px`;
    card.style.top = `${Math.max(0, Math.min(top, host.height - height))}px`;
  }

  // The clock.

  function play(on) {
    if (on && state.time >= last()) state.time = 0;
    state.playing = on;
    before = 0;
    const label = on ? "pause" : "play";
    if (playButton.ariaLabel !== label) {
      playButton.ariaLabel = label;
      playButton.title = `${label} (space)`;
      playButton.innerHTML = icon(label);
    }
    if (!on) rested();
    draw();
  }

  function goTo(time) {
    state.time = Math.max(0, Math.min(last(), time));
    play(false);
  }

  /** Goes to a moment and rests; does nothing where it rests there already. */
  function moveTo(moment) {
    if (state.playing || Math.round(state.time) !== moment) goTo(moment);
  }

  const stepBy = (moments) => goTo(moments > 0 ? Math.floor(state.time + 1e-6) + 1 : Math.ceil(state.time - 1e-6) - 1);

  /** Tells the page of the moment, once the clock has stood there for a little. */
  function rested() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const moment = Math.round(state.time), share = moment / Math.max(1, last());
      if (state.playing || share === state.told) return;
      state.told = share;
      stage.tell("moment", moment);
    }, REST_MS);
  }

  // Controls.

  playButton.onclick = () => play(!state.playing);
  find(".back").onclick = () => stepBy(-1);
  find(".forward").onclick = () => stepBy(1);
  loopButton.onclick = () => { loopButton.ariaPressed = String(loopButton.ariaPressed !== "true"); };
  slider.oninput = () => goTo(Number(slider.value));

  // A click into the picture leaves the focus where it is, so that a presenter's arrow keys go on turning pages.
  root.onmousedown = (event) => {
    if (event.target.tagName === "CANVAS") event.preventDefault();
  };

  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === speedMenu) return;
    const onButton = event.target.tagName === "BUTTON";
    const act = {
      " ": onButton ? null : () => play(!state.playing),
      ArrowLeft: () => stepBy(-1),
      ArrowRight: () => stepBy(1),
      ArrowUp: () => pinNext(-1),
      ArrowDown: () => pinNext(1),
      Home: () => goTo(0),
      End: () => goTo(last()),
      Escape: () => { pinned = hovered = null; draw(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    if (event.key !== "Escape") event.stopPropagation(); // or the arrow keys would turn a presenter's page as well
    act();
  };

  /** Pins the unit after the pinned one, or the one before: down A's layers, then B's. */
  function pinNext(direction) {
    const units = views.flatMap(({ targets }, view) => targets
      .filter(({ kind, box }) => kind === "unit" && box.w)
      .map((target) => ({ ...target, view, x: target.box.x, y: target.box.y + target.box.h / 2 })));
    if (!units.length) return;
    const now = pinned ? units.findIndex((unit) => same(unit, pinned)) : -1;
    const next = now < 0 ? (direction > 0 ? 0 : units.length - 1) : (now + direction + units.length) % units.length;
    pinned = units[next];
    draw();
  }

  function targetAt(event) {
    const index = views.findIndex(({ canvas }) => canvas === event.target);
    if (index < 0) return null;
    const { left, top } = event.target.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const hits = views[index].targets.filter((target) => target.hit(x, y));
    const found = hits.find(({ kind }) => kind === "unit") ?? hits.at(-1);
    return found ? { ...found, view: index, x, y } : null;
  }

  sidesBox.onpointermove = (event) => {
    if (event.pointerType === "touch") return;
    hovered = targetAt(event);
    event.target.style.cursor = hovered ? "pointer" : "";
    draw();
  };
  sidesBox.onpointerleave = () => { hovered = null; draw(); };
  sidesBox.onclick = (event) => {
    const target = targetAt(event);
    pinned = target && !(pinned && same(pinned, target)) ? target : null;
    if (!pinned) hovered = null;
    draw();
  };

  const observer = new ResizeObserver(draw);
  observer.observe(root);

  function stop() {
    cancelAnimationFrame(request);
    clearTimeout(timer);
    observer.disconnect();
    content = null;
  }

  return stage;
}

const equal = (one, other) => one.length === other.length && one.every((byte, i) => byte === other[i]);

const same = (one, other) => ["view", "kind", "column", "layer", "input", "unit"].every((name) => one[name] === other[name]);

const escape = (words) => words.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

function spanOf(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high };
}

const stages = new WeakMap();

/**
 * Shows a stage in an element; called again with other data, the moment and the speed stay.
 *
 * `data` are the bytes of payload.py. `tell(name, value)` says "drawn" once, true or false, and "moment", an index of the
 * clock, whenever it rests somewhere new. Colours and type come as CSS variables: see controls.css.
 * Returns its clean-up.
 */
export function showStage(root, data, tell = () => {}) {
  if (!canDraw()) {
    root.textContent = "This browser cannot draw the moving picture. The charts below show how it ended.";
    tell("drawn", false);
    return undefined;
  }
  const stage = stages.get(root) ?? createStage(root);
  stages.set(root, stage);
  stage.tell = tell;
  stage.show(data);
  return () => {
    stage.stop();
    stages.delete(root);
  };
}

/** Lets a stage that is shown go to a moment, an index of the clock, and rest there. */
export function moveStage(root, moment) {
  stages.get(root)?.moveTo(moment);
}
