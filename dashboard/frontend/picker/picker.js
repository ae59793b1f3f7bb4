// The choice of channels: every one is a button, in groups of a modality or of a board, with a star to pin it.
const pickers = new WeakMap()
const PAUSE_MS = 250

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const STATES = { frozen: "frozen in this run", constant: "constant in this run", missing: "not in this run", empty: "no value in this run" }

function shortName(name, p) {
  const [board, quantity] = [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)]
  if (!name.includes(".")) return name
  if (p.by === "board") return quantity
  return p.single.has(p.modalityOf.get(name)) ? board : name
}

function chipOf(p, channel) {
  const [name, , , state] = channel
  const chip = make("div", `chip ${state}${p.chosen.has(name) ? " on" : ""}`)
  const button = make("button", "name", shortName(name, p))
  button.type = "button"
  button.title = STATES[state] ? `${name}: ${STATES[state]}` : name
  button.setAttribute("aria-pressed", String(p.chosen.has(name)))
  button.setAttribute("aria-label", button.title)
  button.onclick = () => choose(p, [name], !p.chosen.has(name))
  const star = make("button", "star", p.pinned.has(name) ? "★" : "☆")
  star.type = "button"
  star.title = p.pinned.has(name) ? `Unpin ${name}` : `Pin ${name}: it is shown in every layout and run`
  star.setAttribute("aria-pressed", String(p.pinned.has(name)))
  star.setAttribute("aria-label", star.title)
  star.onclick = () => {
    if (p.pinned.has(name)) p.pinned.delete(name)
    else p.pinned.add(name)
    later(p, 0)
  }
  chip.append(button, star)
  return chip
}

function choose(p, names, on) {
  for (const name of names) {
    if (on) p.chosen.add(name)
    else p.chosen.delete(name)
  }
  later(p)
}

// several clicks in a row are one question to Python
function later(p, pause = PAUSE_MS) {
  p.pending = true
  drawGroups(p)
  clearTimeout(p.timer)
  p.timer = setTimeout(() => send(p), pause)
}

function send(p) {
  clearTimeout(p.timer)
  p.pending = false
  p.tell("picked", { channels: [...p.chosen], pinned: [...p.pinned], at: Date.now() })
}

function drawGroups(p) {
  const words = p.filter.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map()
  for (const channel of p.data.channels) {
    const [name, modality, board] = channel
    const title = p.by === "board" ? board || "No board" : modality
    if (!words.every(word => `${name} ${modality} ${board}`.toLowerCase().includes(word))) continue
    if (!groups.has(title)) groups.set(title, [])
    groups.get(title).push(channel)
  }
  const list = [...groups].map(([title, channels]) => {
    const group = make("div", "group")
    const names = channels.filter(channel => channel[3] !== "missing").map(channel => channel[0])
    const on = names.filter(name => p.chosen.has(name)).length
    const head = make("button", "", title)
    head.type = "button"
    head.title = on === names.length ? `Take all of ${title} out` : `Show all of ${title}`
    head.append(make("small", "", `${on} of ${channels.length}`))
    head.onclick = () => choose(p, names, on < names.length)
    const chips = make("div", "chips")
    chips.append(...channels.map(channel => chipOf(p, channel)))
    group.append(head, chips)
    return group
  })
  if (!list.length) list.push(make("p", "none", `No channel is called “${p.filter}”.`))
  p.groups.replaceChildren(...list)
  p.count.textContent = `${p.chosen.size} shown`
  for (const button of p.root.querySelectorAll("[data-by]")) button.setAttribute("aria-pressed", String(button.dataset.by === p.by))
}

function build(p, parentElement) {
  p.root = parentElement.querySelector(".picker")
  const tools = make("div", "tools")
  const input = make("input")
  input.type = "search"
  input.placeholder = "Filter: frame_l2, proximity, Ax …"
  input.setAttribute("aria-label", "Filter channels")
  input.oninput = () => {
    p.filter = input.value
    drawGroups(p)
  }
  const by = ["modality", "board"].map(kind => {
    const button = make("button", "", kind === "board" ? "By board" : "By modality")
    button.type = "button"
    button.dataset.by = kind
    button.onclick = () => {
      p.by = kind
      drawGroups(p)
    }
    return button
  })
  const none = make("button", "", "None")
  none.type = "button"
  none.title = "Take every channel out; the main ones are shown where none is chosen"
  none.onclick = () => choose(p, [...p.chosen], false)
  p.count = make("span", "count")
  tools.append(input, ...by, none, p.count)
  p.groups = make("div", "groups")
  const legend = make("p", "legend", "Hatched: frozen in this run. Struck through: not in this run. Star: always shown. A group's name shows all of it.")
  p.root.replaceChildren(tools, p.groups, legend)
}

export default function ({ data, parentElement, setTriggerValue }) {
  let p = pickers.get(parentElement)
  if (!p) {
    p = { by: "modality", filter: "", pending: false }
    pickers.set(parentElement, p)
  }
  p.data = data
  p.tell = setTriggerValue
  if (!p.pending) {
    p.chosen = new Set(data.chosen)
    p.pinned = new Set(data.pinned)
  }
  p.modalityOf = new Map(data.channels.map(([name, modality]) => [name, modality]))
  const quantities = new Map()
  for (const [name, modality] of data.channels) {
    if (!quantities.has(modality)) quantities.set(modality, new Set())
    quantities.get(modality).add(name.slice(name.indexOf(".") + 1))
  }
  p.single = new Set([...quantities].filter(([, own]) => own.size === 1).map(([modality]) => modality))
  if (!p.root) build(p, parentElement)
  drawGroups(p)
  return () => p.pending && send(p)
}
