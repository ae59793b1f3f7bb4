// Boards down, quantities across: a click on a cell or a head takes channels away or gives them back. Arrow keys move.
const matrices = new WeakMap()

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const sum = lists => lists.flat()

// the buttons in the order of the keyboard: a grid of heads and cells, then the families beside it, a line each
function place(m, node, row, column) {
  node.dataset.at = `${row},${column}`
  node.tabIndex = -1
  ;(m.nav[row] ??= [])[column] = node
  return node
}

function toggle(m, channels) {
  const all = channels.every(name => m.taken.has(name))
  for (const name of channels) {
    if (all) m.taken.delete(name)
    else m.taken.add(name)
  }
  m.sent += 1
  paint(m)
  fade(m)
  m.tell("take", { n: m.sent, channels: [...m.taken].sort() })
}

function buttonOf(m, className, channels, says) {
  const node = make("button", className)
  node.type = "button"
  node.disabled = channels.length === 0
  node.onclick = () => toggle(m, channels)
  m.buttons.push({ node, channels, says, head: className.includes("head") })
  return node
}

// until the server has answered the last click, what it said of another selection is faded by the page's style
function fade(m) {
  const main = m.host.closest('[data-testid="stMain"]')
  if (main) main.toggleAttribute("data-asked", m.sent > m.heard)
}

// what changes with a click: the rest stays as it was built
function paint(m) {
  for (const { node, channels, says, head } of m.buttons) {
    const gone = channels.filter(name => m.taken.has(name)).length
    const all = gone > 0 && gone === channels.length
    node.classList.toggle("all", head && all)
    node.classList.toggle("some", head && gone > 0 && !all)
    if (!head) {
      node.classList.toggle("taken", gone > 0)
      if (node.dataset.mark !== undefined) node.textContent = gone ? "×" : ""
    }
    node.setAttribute("aria-pressed", all ? "true" : gone ? "mixed" : "false")
    const state = gone ? (all ? ", taken away" : `, ${gone} of ${channels.length} taken away`) : ""
    const what = head ? `${says}: ${channels.length} channel${channels.length === 1 ? "" : "s"}${state}` : says + state
    node.title = what
    node.setAttribute("aria-label", what)
  }
}

function cellOf(m, cell, tone, row, column) {
  const box = make("td")
  if (!cell) return box
  if (!cell.channels.length) {
    const quiet = make("span", "cell unread", "·")
    quiet.title = cell.title
    box.append(quiet)
    return box
  }
  const node = buttonOf(m, `cell ${cell.state}`, cell.channels, cell.title)
  node.style.setProperty("--tone", tone)
  node.dataset.mark = ""
  box.append(place(m, node, row, column))
  return box
}

function groupsOf(data) {
  const groups = []
  data.columns.forEach((column, c) => {
    const last = groups[groups.length - 1]
    if (last && last.modality === column.modality) last.columns.push(c)
    else groups.push({ modality: column.modality, title: column.group, colour: column.colour, columns: [c] })
  })
  return groups
}

const ofColumn = (data, c) => sum(data.cells.map(row => (row[c] ? row[c].channels : [])))

function ofModality(data, modality, columns) {
  const beside = data.beside.filter(each => each.modality === modality).map(each => sum(each.cells.map(cell => cell.channels)))
  return [...sum(columns.map(c => ofColumn(data, c))), ...sum(beside)]
}

function columnHead(m, label, group, channels, says, colour, c) {
  const head = make("th")
  head.scope = "col"
  const button = buttonOf(m, "head column", channels, says)
  const text = make("span", "", label || group)
  if (label && group && label.toLowerCase() !== group.toLowerCase()) text.append(make("small", "", `  ${group}`))
  button.append(text)
  const tone = make("i", "tone")
  tone.style.setProperty("--tone", colour)
  head.append(place(m, button, 1, c + 1), tone)
  return head
}

function headOf(m, data) {
  const top = make("tr")
  const low = make("tr")
  const corner = make("th")
  corner.rowSpan = 2
  top.append(corner)
  for (const group of groupsOf(data)) {
    if (group.columns.length === 1) {
      // a modality of one quantity: one head for both
      const [c] = group.columns
      const channels = ofModality(data, group.modality, group.columns)
      const head = columnHead(m, data.columns[c].label, group.title, channels, group.title, group.colour, c)
      head.rowSpan = 2
      top.append(head)
      continue
    }
    const head = make("th")
    head.colSpan = group.columns.length
    head.scope = "colgroup"
    const button = buttonOf(m, "head group", ofModality(data, group.modality, group.columns), group.title)
    button.textContent = group.title
    button.style.maxWidth = `${28 * group.columns.length}px`
    place(m, button, 0, group.columns[0] + 1)
    for (const c of group.columns) (m.nav[0] ??= [])[c + 1] = button
    head.append(button)
    top.append(head)
    for (const c of group.columns) {
      const column = data.columns[c]
      low.append(columnHead(m, column.label, "", ofColumn(data, c), `${column.label} of all boards`, column.colour, c))
    }
  }
  const head = make("thead")
  head.append(top, low)
  return head
}

function bodyOf(m, data) {
  const body = make("tbody")
  data.rows.forEach((board, r) => {
    const line = make("tr")
    const head = make("th")
    head.scope = "row"
    const own = sum(data.cells[r].map(cell => (cell ? cell.channels : [])))
    const button = buttonOf(m, "head", own, `Board ${board}`)
    button.textContent = board
    head.append(place(m, button, r + 2, 0))
    line.append(head, ...data.cells[r].map((cell, c) => cellOf(m, cell, data.columns[c].colour, r + 2, c + 1)))
    body.append(line)
  })
  return body
}

function besideOf(m, data) {
  const box = make("div", "beside")
  data.beside.forEach((family, f) => {
    const row = data.rows.length + 2 + f
    const line = make("div", "family")
    line.style.setProperty("--tone", family.colour)
    const columns = data.columns.flatMap((column, c) => (column.modality === family.modality ? [c] : []))
    const head = buttonOf(m, "head", ofModality(data, family.modality, columns), family.group)
    head.textContent = family.group
    line.append(place(m, head, row, 0))
    family.cells.forEach((cell, c) => {
      if (!cell.channels.length) {
        const quiet = make("span", "cell unread", cell.label)
        quiet.title = cell.title
        line.append(quiet)
        return
      }
      const node = buttonOf(m, `cell ${cell.state}`, cell.channels, cell.title)
      node.textContent = cell.label
      line.append(place(m, node, row, c + 1))
    })
    box.append(line)
  })
  return box
}

function keyOf() {
  const key = make("div", "key")
  const entry = (className, text, words) => {
    const span = make("span")
    const sample = make("i", `cell ${className}`, text)
    sample.style.setProperty("--tone", "var(--st-gray-text-color)")
    span.append(sample, make("span", "", words))
    key.append(span)
  }
  entry("live", "", "live in this window")
  entry("frozen", "", "frozen")
  entry("absent", "", "not there")
  entry("unread", "·", "not read by the bundle")
  entry("live taken", "×", "taken away")
  return key
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

function move(m, event) {
  const step = STEPS[event.key]
  const from = event.target.closest("[data-at]")
  if (!step || !from || event.altKey || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  event.stopPropagation()
  let [row, column] = from.dataset.at.split(",").map(Number)
  // what is not there, not read or spanned by where one is, is passed over
  for (;;) {
    row += step[0]
    column += step[1]
    if (row < 0 || column < 0 || row >= m.nav.length || column > m.widest) return
    const next = m.nav[row]?.[column]
    if (next && next !== from && !next.disabled) {
      focusOn(m, next)
      next.focus()
      return
    }
  }
}

function focusOn(m, node) {
  for (const each of m.buttons) each.node.tabIndex = each.node === node ? 0 : -1
  m.focused = node.dataset.at
}

function build(m, data, root) {
  m.buttons = []
  m.nav = []
  const table = make("table")
  table.setAttribute("aria-label", data.label)
  if (data.rows.length) table.append(headOf(m, data), bodyOf(m, data))
  m.widest = Math.max(data.columns.length, ...data.beside.map(each => each.cells.length)) + 1
  const scroll = make("div", "scroll")
  scroll.append(table)
  const [top, left] = [root.firstChild?.scrollTop ?? 0, root.firstChild?.scrollLeft ?? 0]
  const had = root.contains(root.getRootNode().activeElement)
  root.replaceChildren(scroll, besideOf(m, data), keyOf())
  scroll.scrollTop = top
  scroll.scrollLeft = left
  const usable = m.buttons.filter(each => !each.node.disabled)
  const first = usable.find(each => each.node.dataset.at === m.focused) ?? usable[0]
  if (first) focusOn(m, first.node)
  // what had the focus before a redraw keeps it
  if (had && first) first.node.focus()
  root.onkeydown = event => move(m, event)
  root.onfocusin = event => event.target.dataset.at && focusOn(m, event.target)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".matrix")
  let m = matrices.get(parentElement)
  if (!m || m.scope !== data.scope) {
    m = { scope: data.scope, sent: data.heard, focused: "" }
    matrices.set(parentElement, m)
  }
  m.tell = setTriggerValue
  m.heard = data.heard
  m.host = root.getRootNode().host ?? root
  // an answer to an earlier click is not drawn over a later one
  if (!m.taken || data.heard >= m.sent) {
    m.taken = new Set(data.taken)
    m.sent = data.heard
  }
  const drawn = JSON.stringify([data.columns, data.rows, data.cells, data.beside])
  if (m.drawn !== drawn || !root.firstChild) {
    m.drawn = drawn
    build(m, data, root)
  }
  paint(m)
  fade(m)
  return () => m.host.closest('[data-testid="stMain"]')?.removeAttribute("data-asked")
}
