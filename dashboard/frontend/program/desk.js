// The desk: one row of the run is looked at; the diff, the paths, the slider and the strip show it and can change it.
const desks = new WeakMap()
const REST_MS = 700
const SPEEDS = [1, 4, 16]

function build(v, parentElement) {
  v.root = parentElement.querySelector(".desk")
  v.root.tabIndex = -1
  v.font = getComputedStyle(v.root).fontFamily
  const left = make("section", "left")
  v.counts = make("span", "counts")
  v.where = make("span", "where")
  v.stepping = [press("↑", "Previous difference (K)", () => nextBlock(v, -1)), press("↓", "Next difference (J)", () => nextBlock(v, 1))]
  v.onlyBox = make("input")
  v.onlyBox.type = "checkbox"
  v.onlyBox.onchange = () => {
    v.only = v.onlyBox.checked
    v.open.clear()
    fillDiff(v)
    bringIntoView(v, v.step)
  }
  v.onlyLabel = make("label", "only")
  v.onlyLabel.append(v.onlyBox, "Only differences")
  const bar = make("div", "bar")
  bar.append(v.counts, v.where, ...v.stepping, v.onlyLabel)
  v.heads = make("div", "heads")
  v.list = make("div", "list")
  v.list.tabIndex = 0
  v.list.setAttribute("aria-label", "Lines of both programs side by side")
  v.inner = make("div", "inner")
  v.list.append(v.inner)
  v.list.onscroll = () => drawDiff(v)
  v.inner.onclick = event => {
    const line = event.target.closest(".line")
    if (line) v.choose(Number(line.dataset.step))
  }
  left.append(bar, v.heads, v.list)
  v.pictures = ["3-D", "Top"].map(name => pictureOf(v, name))
  v.legend = make("div", "legend")
  const right = make("section", "right")
  right.append(...v.pictures.map(p => p.frame), v.legend)
  const top = make("div", "top")
  top.append(left, right)
  v.root.replaceChildren(top, controls(v))
}

function controls(v) {
  v.playing = press("▶", "Play (space)", () => play(v))
  v.playing.classList.add("play")
  v.pace = make("select")
  for (const speed of SPEEDS) v.pace.append(new Option(`${speed} ×`, speed, speed === 4, speed === 4))
  v.pace.title = "How fast it plays"
  v.slider = make("input")
  Object.assign(v.slider, { type: "range", min: 0, step: 1 })
  v.slider.setAttribute("aria-label", "Row of the run")
  v.slider.oninput = () => v.go(Number(v.slider.value))
  v.slider.onkeydown = event => event.stopPropagation()
  v.now = make("div", "now")
  v.nowLines = make("div", "nowlines")
  v.strip = make("canvas", "strip")
  v.stripLayer = document.createElement("canvas")
  v.strip.setAttribute("role", "img")
  v.strip.onpointerdown = event => {
    v.strip.setPointerCapture(event.pointerId)
    v.go(rowAtPointer(v, event))
  }
  v.strip.onpointermove = event => event.buttons & 1 && v.go(rowAtPointer(v, event))
  const head = make("div", "head")
  head.append(v.playing, v.pace, v.now)
  const found = make("section", "time")
  found.append(head, v.nowLines, v.slider, v.strip, make("p", "keys", "Click a line, a path or the strip to go there. J, K: next and previous difference. Space: play. ← → one row, with Shift ten. 3-D: drag turns, Shift-drag moves, wheel zooms."))
  return found
}

function play(v) {
  v.runs = !v.runs
  v.playing.textContent = v.runs ? "❚❚" : "▶"
  if (!v.runs) return rest(v)
  if (v.row >= v.data.rows - 1) v.row = 0
  let before = performance.now()
  const { seconds, rows } = v.data
  const frame = now => {
    if (!v.runs || !v.root.isConnected) return
    let left = ((now - before) / 1000) * Number(v.pace.value)
    before = now
    while (left > 0 && v.row < rows - 1) {
      const low = Math.floor(v.row)
      const length = Math.max(seconds[low + 1] - seconds[low], 1e-3)
      const step = Math.min(left / length, low + 1 - v.row)
      v.row = low + 1 - v.row - step < 1e-9 ? low + 1 : v.row + step
      left -= step * length
    }
    if (v.row >= rows - 1) play(v)
    follow(v)
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

// the diff goes along with the row
function follow(v) {
  const step = stepAt(v.data, Math.floor(v.row))
  if (step >= 0 && step !== v.step) {
    v.step = step
    bringIntoView(v, step)
    tellBlocks(v)
  }
  v.draw()
}

function rest(v) {
  clearTimeout(v.resting)
  v.resting = setTimeout(() => {
    const row = Math.floor(v.row)
    if (v.runs || row === v.told || !v.root.isConnected) return
    v.told = row
    v.tell({ row })
  }, REST_MS)
}

function tellNow(v) {
  const d = v.data
  const row = Math.floor(v.row)
  const [x, y, z] = between(d.read, v.row) || []
  const place = x === undefined ? "" : ` · X ${x.toFixed(2)}  Y ${y.toFixed(2)}  Z ${z.toFixed(2)} mm`
  v.now.replaceChildren(make("b", "", `Row ${row.toLocaleString("en")} of ${d.rows.toLocaleString("en")}`), ` · ${clock(d.seconds[row])}${place}`)
  if (v.two) {
    const off = make("span", "off")
    if (Number.isFinite(d.by[row])) off.append("off by ", make("b", "", mm(d.by[row])))
    else off.append("held against nothing here")
    v.now.append(" · ", off)
  }
  const say = (side, of) => {
    const index = of[row]
    const node = make("span")
    node.append(make("small", "", d.titles[side]), make("code", "", index < 0 ? "–" : d.lines[side][index]))
    return node
  }
  const sure = make("small", "", Number.isFinite(d.sure[row]) ? `${Math.round(100 * d.sure[row])} % sure` : "")
  const read = say(1, d.lineOfRow1)
  read.append(sure)
  v.nowLines.replaceChildren(...(v.two ? [say(0, d.lineOfRow0), read] : [read]))
  v.slider.value = row
  v.slider.setAttribute("aria-valuetext", `row ${row}, ${clock(d.seconds[row])}`)
}

function fillLegend(v) {
  const d = v.data
  const ramp = make("span", "ramp")
  const bar = make("i", "bar")
  bar.style.background = `linear-gradient(to right, ${d.scale.join(", ")})`
  const over = d.by.some(value => value > d.top)
  ramp.append(make("b", "", "deviation, mm"), "0", bar, make("span", "", `${over ? "≥ " : ""}${d.top}`))
  const key = (className, text) => {
    const span = make("span")
    span.append(make("i", className), text)
    return span
  }
  const band = key("band", `${d.paths[1]}, coloured`)
  band.firstChild.style.background = bar.style.background
  const none = d.by.some(value => !Number.isFinite(value))
  const parts = v.two ? [ramp, band, key("thin", d.paths[0])] : [key("band quiet", d.paths[1])]
  if (v.two && none) parts.push(key("band quiet", "held against nothing"))
  if (d.rapid.some(Boolean)) parts.push(key("rapid", "rapid moves"))
  parts.push(key("dot", v.two ? "tool, read back" : "tool"))
  if (v.two) parts.push(key("ring", `tool, ${d.paths[0]}`))
  v.legend.replaceChildren(...parts)
}

function layOut(v) {
  const width = v.root.clientWidth
  if (!width || width === v.width) return
  v.width = width
  v.root.classList.toggle("narrow", width < 900)
  for (const p of v.pictures) {
    p.width = Math.max(Math.floor(p.frame.clientWidth) - 2, 200)
    p.height = width < 900 ? 280 : 262
    if (p.path && !p.touched) fit(p), (p.scale0 = p.scale)
    p.stale = true
  }
  v.stripWidth = v.root.clientWidth
  v.stripStale = true
  v.shownFrom = -1
  v.draw()
}

function onKey(v, event) {
  const typing = event.target.closest?.("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable=true], [role=combobox]")
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const within = v.root.contains(event.composedPath()[0])
  const by = event.shiftKey ? 10 : 1
  const step = way => v.go(Math.min(Math.max(Math.round(v.row) + way * by, 0), v.data.rows - 1))
  const actions = { j: () => nextBlock(v, 1), k: () => nextBlock(v, -1) }
  if (within) Object.assign(actions, { " ": () => play(v), ArrowLeft: () => step(-1), ArrowRight: () => step(1) })
  const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key]
  if (!act || (event.target.tagName === "BUTTON" && event.key === " ")) return
  event.preventDefault()
  act()
}

function take(v, data) {
  const before = v.data
  v.data = unpackDesk(data)
  v.two = v.data.stepOf[0].length > 0
  v.root.classList.toggle("single", !v.two)
  const heads = v.two ? [v.data.titles[0], v.data.titles[1]] : [v.data.titles[1]]
  v.heads.replaceChildren(...heads.map(text => make("b", "", text)), make("small", "", "row"), make("small", "", "time"))
  const other = before?.key !== v.data.key
  if (other) {
    v.open.clear()
    v.runs = false
  }
  if (before?.run !== v.data.run || v.token !== v.data.token) v.row = Math.min(v.data.row, v.data.rows - 1)
  v.row = Math.min(v.row, v.data.rows - 1)
  v.token = v.data.token
  v.told = Math.floor(v.row)
  v.slider.max = v.data.rows - 1
  v.onlyLabel.hidden = !v.two || !v.data.blocks.length
  v.only = v.onlyBox.checked && v.data.blocks.length > 0
  bringPaths(v)
  fillLegend(v)
  if (other) fillDiff(v)
  v.step = stepAt(v.data, Math.floor(v.row))
  v.stripStale = true
  for (const p of v.pictures) {
    p.stale = true
    if (p.width && before?.run !== v.data.run) fit(p), (p.scale0 = p.scale)
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let v = desks.get(parentElement)
  if (!v) {
    v = { row: 0, step: -1, token: null, open: new Set(), only: false, runs: false }
    desks.set(parentElement, v)
    build(v, parentElement)
  }
  let waiting = 0
  v.draw = () => {
    cancelAnimationFrame(waiting)
    waiting = requestAnimationFrame(() => {
      for (const p of v.pictures) drawPicture(v, p)
      drawStrip(v)
      tellNow(v)
    })
  }
  v.go = row => {
    if (v.runs) play(v)
    v.row = row
    follow(v)
    rest(v)
  }
  v.choose = step => {
    if (v.runs) play(v)
    v.row = v.data.rowOfStep[step]
    v.step = step
    bringIntoView(v, step)
    tellBlocks(v)
    v.draw()
    rest(v)
  }
  v.tell = said => setTriggerValue("rested", said)
  const jumps = v.token
  take(v, data)
  layOut(v)
  for (const p of v.pictures) if (!p.scale0) refit(v, p)
  if (jumps !== v.token) {
    bringIntoView(v, v.step)
    if (jumps !== null) v.root.scrollIntoView({ block: "start", behavior: "smooth" })
  }
  else drawDiff(v)
  tellBlocks(v)
  v.draw()
  const watch = new ResizeObserver(() => layOut(v))
  watch.observe(v.root)
  const key = event => onKey(v, event)
  document.addEventListener("keydown", key)
  return () => {
    watch.disconnect()
    document.removeEventListener("keydown", key)
  }
}
