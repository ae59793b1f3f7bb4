// Facets: the values of each field with their counts, red for the share that was read wrong; a click asks for a value,
// a drag over a histogram asks for a range.
const opened = new WeakMap()
const FEW = 6

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const counted = new Intl.NumberFormat("en")

function itemOf(group, item, most, say) {
  const button = make("button", `item${item.n ? "" : " none"}`)
  button.type = "button"
  button.setAttribute("aria-pressed", String(item.on))
  button.title = `${item.label}: ${counted.format(item.n)} windows, ${counted.format(item.wrong)} read wrong${item.help ? `. ${item.help}` : ""}`
  const bar = make("i")
  const all = make("b")
  const wrong = make("u")
  const share = most ? item.n / most : 0
  const bad = most ? item.wrong / most : 0
  all.style.width = `${100 * (share - bad)}%`
  wrong.style.left = `${100 * (share - bad)}%`
  wrong.style.width = `${100 * bad}%`
  bar.append(all, wrong)
  button.append(make("span", "name", item.label), make("span", "n", counted.format(item.n)), bar)
  button.onclick = () => say("toggle", [group.field, item.value])
  return button
}

function listOf(group, root, say, again) {
  const most = Math.max(1, ...group.items.map(item => item.n))
  const shown = opened.get(root)
  const wide = shown.has(group.field)
  const kept = wide ? group.items : group.items.filter((item, place) => place < FEW || item.on)
  const nodes = kept.map(item => itemOf(group, item, most, say))
  if (group.items.length > FEW) {
    const more = make("button", "more", wide ? "Show fewer" : `${group.items.length - kept.length} more`)
    more.type = "button"
    more.onclick = () => {
      if (wide) shown.delete(group.field)
      else shown.add(group.field)
      again()
    }
    if (wide || group.items.length > kept.length) nodes.push(more)
  }
  return nodes
}

function binsOf(group, say) {
  const most = Math.max(1, ...group.items.map(item => item.n))
  const bins = make("div", "bins")
  const [low, high] = group.bounds
  const width = 1 / group.items.length
  bins.setAttribute("role", "img")
  bins.setAttribute("aria-label", `${group.label}, how the windows are spread; drag to ask for a range`)
  group.items.forEach((item, place) => {
    const bar = make("span")
    const from = place * width
    bar.className = (low !== null && from + width <= low + 1e-9) || (high !== null && from >= high - 1e-9) ? "out" : ""
    bar.style.height = `${item.n ? Math.max(3, (100 * item.n) / most) : 0}%`
    bar.title = `${from.toFixed(2)} to ${(from + width).toFixed(2)}: ${counted.format(item.n)} windows, ${counted.format(item.wrong)} read wrong`
    const wrong = make("u")
    wrong.style.height = item.n ? `${(100 * item.wrong) / item.n}%` : "0"
    bar.append(wrong)
    bins.append(bar)
  })
  const brush = make("div", "brush")
  let start = null
  const at = event => {
    const box = bins.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
  }
  const span = (a, b) => {
    const first = Math.floor(Math.min(a, b) / width + 1e-9) * width
    const last = Math.min(1, (Math.floor(Math.max(a, b) / width - 1e-9) + 1) * width)
    return [Number(first.toFixed(6)), Number(Math.max(last, first + width).toFixed(6))]
  }
  const draw = (a, b) => {
    const [first, last] = span(a, b)
    brush.style.left = `${100 * first}%`
    brush.style.width = `${100 * (last - first)}%`
    if (!brush.isConnected) bins.append(brush)
  }
  bins.onpointerdown = event => {
    start = at(event)
    bins.setPointerCapture(event.pointerId)
    draw(start, start)
  }
  bins.onpointermove = event => {
    if (start !== null) draw(start, at(event))
  }
  bins.onpointerup = event => {
    if (start === null) return
    const [first, last] = span(start, at(event))
    start = null
    say("range", [group.field, first, last])
  }
  const ends = make("div", "ends")
  const said = low !== null || high !== null ? `${low ?? 0} to ${high ?? 1}` : ""
  ends.append(make("span", "", "0"), make("span", "", said), make("span", "", "1"))
  return [bins, ends]
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".facets")
  root.style.setProperty("--wrong", data.wrong)
  if (!opened.has(root)) opened.set(root, new Set())
  const draw = () => {
    root.replaceChildren(
      ...data.groups.map(group => {
        const box = make("div", `group${group.active ? " active" : ""}`)
        box.setAttribute("role", "group")
        box.setAttribute("aria-label", group.label)
        const head = make("div", "head")
        head.append(make("span", "", group.label))
        if (group.active) {
          const clear = make("button", "", "Clear")
          clear.type = "button"
          clear.setAttribute("aria-label", `Clear ${group.label}`)
          clear.onclick = () => setTriggerValue("drop", group.field)
          head.append(clear)
        }
        box.append(head, ...(group.kind === "bins" ? binsOf(group, setTriggerValue) : listOf(group, root, setTriggerValue, draw)))
        return box
      }),
    )
  }
  draw()
}
