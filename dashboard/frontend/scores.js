// Figures under one another: value, interval as a bar, n, baseline, the other side and the difference. A name opens it.
const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const mark = (className, at, width = null) => {
  const node = make("div", className)
  node.style.left = `${100 * Math.min(1, Math.max(0, at))}%`
  if (width !== null) node.style.width = `${100 * Math.max(0.004, width)}%`
  return node
}

function barOf(row, most) {
  const cell = make("td", "bar")
  const track = make("div", "track")
  if (row.low !== null) track.append(mark("span", row.low / most, (Math.min(row.high, most) - row.low) / most))
  for (const base of row.baselines) {
    const tick = mark(base.told ? "tick told" : "tick", base.value / most)
    tick.title = base.title
    track.append(tick)
  }
  if (row.other) track.append(mark("ring", row.other.value / most))
  track.append(mark("dot", row.value / most))
  cell.append(track)
  cell.title = row.title
  return cell
}

function rowOf(data, group, row, say) {
  const line = make("tr", "row")
  const name = make("td", "name")
  const inner = make(data.open ? "button" : "span", "", row.label)
  if (data.open) {
    inner.type = "button"
    inner.onclick = () => say("open", row.metric)
  }
  inner.title = row.help
  name.append(inner)
  const best = row.baselines.find(each => !each.told)
  const base = make("td", "quiet", best ? best.text : "")
  if (best) base.append(make("small", "", best.name))
  if (row.baselines.length) {
    base.title = row.baselines.map(each => each.title).join("\n")
  }
  line.append(name, make("td", "value", row.text), make("td", "quiet", row.span), barOf(row, group.most), make("td", "quiet", row.n))
  if (data.base) line.append(base)
  if (data.other) {
    const delta = make("td", row.delta && row.delta.real ? "real" : "quiet", row.delta ? row.delta.text : "")
    if (row.delta) {
      delta.append(make("small", "", row.delta.span))
      delta.title = row.delta.title
    }
    line.append(make("td", "", row.other ? row.other.text : ""), delta)
  }
  return line
}

function keyOf(data) {
  const key = make("div", "key")
  const entry = (nodes, words) => {
    const span = make("span")
    const box = make("i")
    box.append(...nodes)
    span.append(box, make("span", "", words))
    key.append(span)
  }
  entry([mark("span", 0.05, 0.9), mark("dot", 0.5)], data.own)
  if (data.base) {
    entry([mark("tick", 0.5)], "best baseline that sees no more than the bundle")
    entry([mark("tick told", 0.5)], "best that is told the operation, the row or the tokens before; hover for all")
  }
  if (data.other) entry([mark("ring", 0.5)], data.other)
  return key
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".scores")
  root.style.setProperty("--own", data.tones.own)
  root.style.setProperty("--other", data.tones.other)
  const table = make("table")
  const head = make("tr")
  const names = ["", "%", "95 % interval", "", "n"]
  if (data.base) names.push("Best baseline")
  if (data.other) names.push(...data.heads)
  head.append(...names.map((name, place) => make("th", place === 0 ? "left" : "", name)))
  const body = make("tbody")
  for (const group of data.groups) {
    const title = make("tr", "title")
    const cell = make("th", "", group.title)
    cell.colSpan = names.length
    cell.append(make("small", "", group.note))
    title.append(cell)
    body.append(title, ...group.rows.map(row => rowOf(data, group, row, setTriggerValue)))
  }
  const top = make("thead")
  top.append(head)
  table.append(top, body)
  root.replaceChildren(table, keyOf(data))
}
