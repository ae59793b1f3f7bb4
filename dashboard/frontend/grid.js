// A matrix of numbers on shaded cells; one that holds something can be clicked.
const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

function headOf(data) {
  const row = make("tr")
  row.append(make("th", "corner", data.corner))
  const turned = data.columns.length > 7 && data.columns.some(column => column.label.length > 7)
  for (const column of data.columns) {
    const head = make("th", turned ? "side" : "", column.label)
    head.title = column.title || column.label
    head.scope = "col"
    row.append(head)
  }
  const whole = make("thead")
  whole.append(row)
  return whole
}

function cellOf(data, cell, place, say) {
  const box = make("td", `${cell.note ? "two" : ""}${cell.text === "" ? " none" : ""}`)
  if (data.chosen && data.chosen[0] === place[0] && data.chosen[1] === place[1]) box.classList.add("on")
  const inner = make(data.pick && cell.pick ? "button" : "span", "", cell.text)
  if (cell.note) inner.append(make("small", "", cell.note))
  if (cell.shade > 0) {
    box.style.background = `color-mix(in srgb, ${data.tones[cell.tone]} ${Math.round(6 + 56 * cell.shade)}%, transparent)`
  }
  box.title = cell.title
  if (data.pick && cell.pick) {
    inner.type = "button"
    inner.setAttribute("aria-label", cell.title)
    inner.onclick = () => say("pick", place)
  }
  box.append(inner)
  return box
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".grid")
  root.classList.toggle("small", data.columns.length > 16)
  const table = make("table")
  const body = make("tbody")
  data.rows.forEach((row, r) => {
    const line = make("tr")
    const head = make("th", "", row.label)
    head.title = row.title || row.label
    head.scope = "row"
    line.append(head, ...data.cells[r].map((cell, c) => cellOf(data, cell, [r, c], setTriggerValue)))
    body.append(line)
  })
  table.append(headOf(data), body)
  table.setAttribute("aria-label", data.label)
  const [top, left] = [root.scrollTop, root.scrollLeft]
  root.replaceChildren(table)
  root.scrollTop = top
  root.scrollLeft = left
}
