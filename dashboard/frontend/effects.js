// Effects under one another on one scale: a header sorts, a name opens.
const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const LEAST = 0.004

function place(data, value) {
  return (value - data.low) / (data.high - data.low)
}

function put(track, className, at, width = null) {
  const node = make("div", className)
  node.style.left = `${100 * at}%`
  if (width !== null) node.style.width = `${100 * Math.max(LEAST, width)}%`
  track.append(node)
}

function barOf(data, row) {
  const cell = make("td", "bar")
  const track = make("div", "track")
  if (data.low < 0 && data.high > 0) put(track, "zero", place(data, 0))
  for (const mark of row.marks) {
    if (mark.low !== null && mark.high !== null) {
      put(track, `span ${mark.shape}`, place(data, mark.low), place(data, mark.high) - place(data, mark.low))
    }
  }
  for (const mark of [...row.marks].reverse()) put(track, mark.shape, place(data, mark.value))
  cell.append(track)
  cell.title = row.title
  return cell
}

function textOf(cell) {
  const node = make("td", cell.strong ? "strong" : "", cell.text)
  if (cell.small) node.append(make("small", "", cell.small))
  if (cell.title) node.title = cell.title
  return node
}

function lineOf(data, row, say) {
  const line = make("tr", "row")
  const name = make("th", "name")
  name.scope = "row"
  const opens = data.opens && row.open
  const inner = make(opens ? "button" : "span", "", row.label)
  if (opens) {
    inner.type = "button"
    inner.onclick = () => say("open", row.key)
  }
  inner.title = row.title
  name.append(inner)
  line.append(name)
  row.cells.forEach((cell, at) => {
    if (at === data.bar_after && data.bars) line.append(barOf(data, row))
    line.append(textOf(cell))
  })
  if (data.bars && data.bar_after >= row.cells.length) line.append(barOf(data, row))
  return line
}

const compare = (a, b) =>
  a === null || a === undefined ? 1 : b === null || b === undefined ? -1 : a < b ? -1 : a > b ? 1 : 0

function sorted(data, sort) {
  if (!sort) return data.rows
  const of = row => (sort.at < 0 ? row.label : row.cells[sort.at].by)
  const rows = [...data.rows].sort((a, b) => {
    const [x, y] = [of(a), of(b)]
    // what is not there stays at the end
    if (x === null || y === null) return compare(x, y)
    return sort.down ? compare(y, x) : compare(x, y)
  })
  return rows
}

function keyOf(data) {
  const key = make("div", "key")
  for (const [shape, words] of Object.entries(data.legend)) {
    const entry = make("span")
    const box = make("i")
    if (shape === "dot" || shape === "ring") put(box, `span ${shape}`, 0.05, 0.9)
    put(box, shape, 0.5)
    entry.append(box, make("span", "", words))
    key.append(entry)
  }
  return key
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".effects")
  for (const [name, colour] of Object.entries(data.tones)) root.style.setProperty(`--${name}`, colour)
  // an order that was asked for outlives what is shown
  const draw = () => {
    const table = make("table")
    const head = make("tr")
    const header = (label, at) => {
      const cell = make("th", at < 0 ? "left" : "")
      cell.scope = "col"
      const button = make("button", "", label)
      button.type = "button"
      const sort = root.sort
      if (sort && sort.at === at) {
        cell.setAttribute("aria-sort", sort.down ? "descending" : "ascending")
        button.append(make("span", "way", sort.down ? "▼" : "▲"))
      }
      button.onclick = () => {
        root.sort = sort && sort.at === at ? (sort.down ? null : { at, down: true }) : { at, down: false }
        draw()
      }
      cell.append(button)
      return cell
    }
    head.append(header(data.corner, -1))
    const bar = () => make("th", "left")
    data.columns.forEach((label, at) => {
      if (at === data.bar_after && data.bars) head.append(bar())
      head.append(header(label, at))
    })
    if (data.bars && data.bar_after >= data.columns.length) head.append(bar())
    const body = make("tbody")
    body.append(...sorted(data, root.sort).map(row => lineOf(data, row, setTriggerValue)))
    const top = make("thead")
    top.append(head)
    table.append(top, body)
    root.replaceChildren(table, keyOf(data))
  }
  if (root.sort && root.sort.at >= data.columns.length) root.sort = null
  draw()
}
