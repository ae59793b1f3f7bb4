// Runs as lanes over their rows: true line, line read, how right. A hover says the lines, a click chooses the window.
const kept = new WeakMap()
const MANY = 40
const LABEL = 168
const RIGHT = 10
const LANES = { row: 17, true: [2, 4], read: [6, 4], error: [11, 4] }

// in the overview all runs are seen at once, as far as a lane stays thick enough to be seen
function sizeOf(data, state) {
  if (state.mode === "lanes") return LANES
  const row = Math.max(2.5, Math.min(9, data.height / Math.max(data.lanes.length, 1)))
  return { row, error: [0, row > 4 ? row - 1 : row - 0.4] }
}

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const counted = new Intl.NumberFormat("en")

// a line's colour is how far into the program it stands; neighbours differ in lightness, so that a change is seen
function lineColour(phase, place, dark) {
  if (place < 0) return null
  if (phase === null) return dark ? "#59636f" : "#b9c1cb"
  const light = (dark ? 46 : 58) + (place % 2 ? 9 : -4)
  return `hsl(${195 + 135 * phase} 46% ${light}%)`
}

function switchOf(options, chosen, label, choose) {
  const box = make("span", "modes")
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", label)
  for (const [value, words] of options) {
    const button = make("button", "", words)
    button.type = "button"
    button.setAttribute("aria-pressed", String(value === chosen))
    button.onclick = () => choose(value)
    box.append(button)
  }
  return box
}

function legend(data, state, choose, order) {
  const bar = make("div", "bar")
  for (const [words, style] of data.legend) {
    const key = make("span", "key")
    const swatch = make("i")
    if (style) swatch.style.background = style
    else swatch.style.borderColor = "var(--st-border-color)"
    key.append(swatch, words)
    bar.append(key)
  }
  const line = make("span", "key")
  const ramp = make("i")
  ramp.style.background = "linear-gradient(to right, hsl(195 46% 55%), hsl(262 46% 55%), hsl(330 46% 55%))"
  line.append(ramp, "line: start to end of the program")
  if (state.mode === "lanes") bar.append(line)
  const orders = switchOf([["name", "By name"], ["worst", "Most wrong first"]], data.order, "Order of the runs", order)
  const modes = switchOf([["overview", "Overview"], ["lanes", "Three lanes"]], state.mode, "What is drawn", choose)
  const right = make("span", "right")
  right.append(orders, modes)
  bar.append(right)
  return bar
}

function paint(canvas, data, state, width, colours) {
  const size = sizeOf(data, state)
  const height = Math.max(size.row * data.lanes.length, 1)
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const pen = canvas.getContext("2d")
  pen.scale(ratio, ratio)
  const scale = (width - LABEL - RIGHT) / data.rows
  pen.font = `${state.mode === "lanes" ? 11.5 : 11}px ${colours.font}`
  pen.textBaseline = "middle"
  let before = null
  let free = 0
  data.lanes.forEach((lane, place) => {
    const top = place * size.row
    const chosen = data.chosen && data.chosen[0] === lane.run
    const title = data.order === "name" ? lane.operation || lane.run : lane.run
    const names = state.mode === "lanes" || title !== before
    if (chosen) {
      pen.fillStyle = colours.chosen
      pen.fillRect(0, top, width, size.row)
    }
    const level = Math.max(top + size.row / 2 + (state.mode === "lanes" ? 1 : 0), 7)
    if (names && level >= free) {
      pen.fillStyle = colours.text
      const many = state.mode === "lanes"
      pen.fillText(many ? lane.run : title, 8, level, LABEL - (many ? 56 : 20))
      free = level + (many ? 0 : 13)
    }
    if (state.mode === "lanes") {
      pen.fillStyle = lane.wrong ? colours.wrongText : colours.quiet
      pen.textAlign = "right"
      pen.fillText(`${Math.round((100 * lane.wrong) / Math.max(lane.windows, 1))} %`, LABEL - 10, top + size.row / 2 + 1)
      pen.textAlign = "left"
    }
    before = title
    pen.fillStyle = colours.ground
    pen.fillRect(LABEL, top + size.error[0], lane.rows * scale, size.error[1])
    lane.starts.forEach((start, window) => {
      // a window is drawn where its middle is, as wide as the step to the next one
      const x = LABEL + (start + (data.length - data.stride) / 2) * scale
      const wide = Math.max(data.stride * scale + 0.3, 1)
      pen.globalAlpha = lane.kept[window] ? 1 : 0.16
      const result = colours.results[lane.result[window]]
      if (result) {
        pen.fillStyle = result
        pen.fillRect(x, top + size.error[0], wide, size.error[1])
      }
      if (state.mode === "lanes") {
        for (const [lines, [y, high]] of [[lane.true, size.true], [lane.read, size.read]]) {
          const colour = lineColour(data.phases[lines[window]] ?? null, lines[window], colours.dark)
          if (!colour) continue
          pen.fillStyle = colour
          pen.fillRect(x, top + y, wide, high - 0.5)
        }
      }
      pen.globalAlpha = 1
      if (chosen && start === data.chosen[1]) {
        pen.strokeStyle = colours.text
        pen.lineWidth = 1.5
        pen.strokeRect(x - 1, top + 0.75, wide + 2, size.row - 1.5)
      }
    })
  })
}

function axisOf(data, width, colours) {
  const canvas = make("canvas", "axis")
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(18 * ratio)
  canvas.style.width = `${width}px`
  canvas.style.height = "18px"
  canvas.style.cursor = "default"
  const pen = canvas.getContext("2d")
  pen.scale(ratio, ratio)
  pen.font = `11px ${colours.font}`
  pen.fillStyle = colours.quiet
  pen.textBaseline = "middle"
  const scale = (width - LABEL - RIGHT) / data.rows
  const step = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000].find(s => s * scale >= 64) ?? 500000
  pen.fillText("row", LABEL - 34, 9)
  for (let row = 0; row <= data.rows; row += step) {
    const x = LABEL + row * scale
    const words = counted.format(row)
    pen.textAlign = row === 0 ? "left" : x + 20 > width ? "right" : "center"
    pen.fillText(words, x, 9)
  }
  return canvas
}

function coloursOf(root, data) {
  const style = getComputedStyle(root)
  const read = name => style.getPropertyValue(name).trim()
  return {
    text: read("--st-text-color"),
    quiet: read("--st-gray-text-color") || read("--st-text-color"),
    wrongText: read("--st-red-text-color") || data.results[4],
    ground: data.ground,
    chosen: data.dark ? "rgb(127 176 240 / 16%)" : "rgb(31 95 191 / 10%)",
    font: read("--st-font") || "sans-serif",
    results: data.results,
    dark: data.dark,
  }
}

function tipOf(tip, data, lane, window) {
  const start = lane.starts[window]
  const head = make("b", "", `${lane.run}, rows ${start} to ${start + data.length - 1}`)
  const line = (words, place) => {
    const row = make("div")
    row.append(make("span", "", words), place < 0 ? make("span", "", "none") : make("code", "", data.lines[place]))
    return row
  }
  tip.replaceChildren(head, line("true", lane.true[window]), line("read", lane.read[window]), make("span", "", data.words[lane.result[window]]))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lanes")
  const state = kept.get(root) ?? { mode: null, watch: null, top: 0 }
  kept.set(root, state)
  state.mode ??= data.lanes.length > MANY ? "overview" : "lanes"
  const draw = () => {
    const width = Math.max(root.clientWidth - 2, 320)
    state.width = root.clientWidth
    const colours = coloursOf(root, data)
    const canvas = make("canvas")
    const scroll = make("div", "scroll")
    const tip = make("div", "tip")
    const size = sizeOf(data, state)
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", data.label)
    scroll.tabIndex = 0
    scroll.style.maxHeight = `${data.height}px`
    scroll.append(canvas)
    paint(canvas, data, state, width, colours)
    const scale = (width - LABEL - RIGHT) / data.rows
    const find = event => {
      const box = canvas.getBoundingClientRect()
      const lane = data.lanes[Math.floor((event.clientY - box.top) / size.row)]
      if (!lane) return null
      const row = (event.clientX - box.left - LABEL) / scale - (data.length - data.stride) / 2
      if (event.clientX - box.left < LABEL) return [lane, 0]
      let best = -1
      lane.starts.forEach((start, place) => {
        if (start <= row && row < start + data.stride * 1.5) best = place
      })
      return best < 0 ? null : [lane, best]
    }
    canvas.onpointermove = event => {
      const found = find(event)
      tip.style.visibility = found ? "visible" : "hidden"
      if (!found) return
      tipOf(tip, data, ...found)
      const box = root.getBoundingClientRect()
      const x = event.clientX - box.left + 14
      tip.style.left = `${x + tip.offsetWidth > box.width ? Math.max(0, x - tip.offsetWidth - 28) : x}px`
      tip.style.top = `${event.clientY - box.top + 14}px`
    }
    canvas.onpointerleave = () => (tip.style.visibility = "hidden")
    canvas.onclick = event => {
      const found = find(event)
      if (found) setTriggerValue("pick", [found[0].run, found[0].starts[found[1]]])
    }
    scroll.onkeydown = event => {
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
      const lane = data.chosen && data.lanes.find(one => one.run === data.chosen[0])
      const next = lane && move ? lane.starts[lane.starts.indexOf(data.chosen[1]) + move] : undefined
      if (next === undefined) return
      event.preventDefault()
      setTriggerValue("pick", [lane.run, next])
    }
    scroll.onscroll = () => (state.top = scroll.scrollTop)
    root.replaceChildren(
      legend(data, state, mode => {
        state.mode = mode
        state.top = 0
        draw()
      }, value => setTriggerValue("order", value)),
      axisOf(data, width, colours),
      scroll,
      tip,
    )
    scroll.scrollTop = state.top
  }
  draw()
  state.watch?.disconnect()
  state.watch = new ResizeObserver(() => {
    if (Math.abs(root.clientWidth - state.width) > 1) draw()
  })
  state.watch.observe(root)
}
