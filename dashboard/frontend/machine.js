// The machine with its boards: tiles coloured by a value, hatched where there is none; click or Enter picks a board.
const SVG = "http://www.w3.org/2000/svg"
const focused = new WeakMap()
let drawings = 0

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const draw = (tag, attributes = {}, text = null) => {
  const node = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  if (text !== null) node.textContent = text
  return node
}

// frozen boards are hatched one way, missing ones both ways
function hatches(mark) {
  const defs = draw("defs")
  for (const state of ["frozen", "missing"]) {
    const pattern = draw("pattern", { id: `${state}-${mark}`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" })
    pattern.append(draw("line", { class: "hatch-line", x1: 0, y1: 0, x2: 0, y2: 6 }))
    if (state === "missing") pattern.append(draw("line", { class: "hatch-line", x1: 0, y1: 0, x2: 6, y2: 0 }))
    defs.append(pattern)
  }
  return defs
}

function boardOf(tile, [wide, tall], mark, picked) {
  const group = draw("g", { class: "board", role: "button", tabindex: 0, "aria-pressed": String(tile.board === picked), "aria-label": tile.says })
  group.dataset.board = tile.board
  const box = { x: tile.x - wide / 2, y: tile.y - tall / 2, width: wide, height: tall, rx: 4 }
  const face = draw("rect", { ...box, class: tile.fill ? "tile" : "tile bare" })
  if (tile.fill) face.style.fill = tile.fill
  group.append(face)
  if (tile.state !== "live") group.append(draw("rect", { ...box, class: "hatch", fill: `url(#${tile.state}-${mark})` }))
  const value = draw("text", { class: tile.fill ? "value" : "value bare", x: tile.x, y: tile.y }, tile.text)
  if (tile.ink) value.style.fill = tile.ink
  if (!tile.fill) Object.assign(value.style, { paintOrder: "stroke", stroke: "var(--st-background-color)", strokeWidth: "3px" })
  const ring = draw("rect", { class: "ring", x: box.x - 2.5, y: box.y - 2.5, width: wide + 5, height: tall + 5, rx: 6 })
  group.append(value, draw("text", { class: "name", x: tile.nameX, y: tile.nameY }, tile.board), ring)
  return group
}

function legendOf(legend, mark) {
  const node = make("div", "legend")
  node.append(make("b", "", legend.title))
  if (legend.low) {
    const ramp = make("span", "ramp")
    const bar = make("i")
    bar.style.background = `linear-gradient(to right, ${legend.colours.join(", ")})`
    ramp.append(make("span", "", legend.low), bar, make("span", "", legend.logarithmic ? `${legend.high} (log scale)` : legend.high))
    node.append(ramp)
  }
  for (const state of legend.states) {
    const key = make("span", "key")
    const sample = draw("svg", { viewBox: "0 0 20 12" })
    sample.append(draw("rect", { x: 0.5, y: 0.5, width: 19, height: 11, rx: 2, fill: `url(#${state}-${mark})`, stroke: "currentColor", "stroke-width": 0.8 }))
    key.append(sample, make("span", "", state === "frozen" ? "frozen" : "not recorded"))
    node.append(key)
  }
  return node
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".machine")
  const mark = `m${drawings++}`
  const plan = draw("svg", { class: "plan", viewBox: `0 0 ${data.width} ${data.height}`, role: "group", "aria-label": data.label })
  plan.append(hatches(mark))
  for (const shape of data.shapes) plan.append(draw("polygon", { class: `part ${shape.kind}`, points: shape.points }))
  const says = make("p", "says")
  says.setAttribute("aria-live", "polite")
  const tell = board => {
    const tile = data.tiles.find(each => each.board === (board ?? data.picked))
    says.textContent = tile ? tile.says : "Point at a board to read its value; click it to pick it."
    says.classList.toggle("quiet", !tile)
  }
  const pick = board => setTriggerValue("board", board === data.picked ? "" : board)
  for (const tile of data.tiles) {
    const group = boardOf(tile, data.tile, mark, data.picked)
    group.onclick = () => pick(tile.board)
    group.onkeydown = event => {
      if (event.key !== "Enter" && event.key !== " ") return
      event.preventDefault()
      event.stopPropagation()
      pick(tile.board)
    }
    group.onpointerenter = () => tell(tile.board)
    group.onpointerleave = () => tell(null)
    group.onfocus = () => { focused.set(parentElement, tile.board); tell(tile.board) }
    group.onblur = () => { focused.delete(parentElement); tell(null) }
    plan.append(group)
  }
  const before = focused.get(parentElement)
  root.replaceChildren(plan, legendOf(data.legend, mark), says)
  tell(null)
  // what had the focus before a redraw keeps it
  if (before) [...plan.querySelectorAll(".board")].find(node => node.dataset.board === before)?.focus()
}
