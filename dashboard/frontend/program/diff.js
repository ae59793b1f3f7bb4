// The diff: both programs side by side. Only the lines in view are in the document, so that thousands stay quick.
const LINE = 21
const CONTEXT = 3
const MARKS = ["", "≠", "−", "+"]
const MEANS = ["", "a word differs", "not read back", "only read back"]

function itemsOf(v) {
  const { kind } = v.data
  if (!v.only) return Array.from(kind, (_, i) => ({ step: i }))
  const near = new Uint8Array(kind.length)
  for (const [start, end] of v.data.blocks) near.fill(1, Math.max(start - CONTEXT, 0), end + CONTEXT)
  const found = []
  for (let i = 0; i < kind.length; ) {
    if (near[i] || v.open.has(i)) {
      found.push({ step: i })
      i++
      continue
    }
    const start = i
    while (i < kind.length && !near[i] && !v.open.has(i)) i++
    found.push(i - start > 1 ? { from: start, to: i } : { step: start })
  }
  return found
}

function fillDiff(v) {
  v.items = itemsOf(v)
  v.itemOf = new Int32Array(v.data.kind.length)
  v.items.forEach((item, place) => v.itemOf.fill(place, item.step ?? item.from, item.step === undefined ? item.to : item.step + 1))
  v.inner.style.height = `${v.items.length * LINE}px`
  v.shownFrom = -1
  drawDiff(v)
}

function drawDiff(v) {
  const from = Math.max(Math.floor(v.list.scrollTop / LINE) - 6, 0)
  const to = Math.min(from + Math.ceil((v.list.clientHeight || 500) / LINE) + 14, v.items.length)
  if (from !== v.shownFrom || to !== v.shownTo) {
    v.shownFrom = from
    v.shownTo = to
    v.inner.replaceChildren(...v.items.slice(from, to).map((item, place) => rowOf(v, item, from + place)))
  }
  for (const node of v.inner.children) node.classList.toggle("now", Number(node.dataset.step) === v.step)
}

function rowOf(v, item, place) {
  const node = item.step === undefined ? foldOf(v, item) : lineOf(v, item.step)
  node.style.top = `${place * LINE}px`
  return node
}

function foldOf(v, { from, to }) {
  const node = make("button", "fold", `${(to - from).toLocaleString("en")} lines alike`)
  node.type = "button"
  node.title = "Show them"
  node.onclick = () => {
    for (let i = from; i < to; i++) v.open.add(i)
    fillDiff(v)
  }
  return node
}

function lineOf(v, step) {
  const d = v.data
  const kind = d.kind[step]
  const node = make("div", `line k${kind}`)
  node.dataset.step = step
  const [a, b] = [d.first[step], d.second[step]]
  const words = d.words[step] || [[], []]
  const row = d.rowOfStep[step]
  if (v.two) node.append(make("span", "number", a < 0 ? "" : String(d.number0[a])), textOf(d, 0, a, kind, words[0]))
  node.append(make("span", "mark", MARKS[kind]), make("span", "number", b < 0 ? "" : String(d.number1[b])), textOf(d, 1, b, kind, words[1]))
  const own = (b >= 0 && d.shown1[b]) || (a >= 0 && d.shown0[a])
  node.append(make("span", "row", own ? String(row) : "–"), make("span", "second", own ? clock(d.seconds[row]) : ""))
  const where = own ? `row ${row}, ${clock(d.seconds[row])}` : `too short for a row of its own, near row ${row}`
  const text = d.lines[b >= 0 ? 1 : 0][b >= 0 ? b : a]
  node.title = [text, MEANS[kind], where].filter(Boolean).join("; ")
  return node
}

function textOf(d, side, index, kind, changed) {
  const node = make("span", `text side${side}`)
  if (index < 0) return node
  const line = d.lines[side][index]
  if (kind !== CHANGED) {
    node.textContent = line
    return node
  }
  line.split(" ").forEach((word, place) => {
    if (place) node.append(" ")
    node.append(changed.includes(place) ? make("b", "", word) : word)
  })
  return node
}

function bringIntoView(v, step) {
  if (step < 0 || !v.items.length) return
  const top = v.itemOf[step] * LINE
  const { scrollTop, clientHeight } = v.list
  if (top < scrollTop + LINE || top > scrollTop + clientHeight - 3 * LINE) v.list.scrollTop = Math.max(top - clientHeight / 2, 0)
  drawDiff(v)
}

// the difference before or after the chosen line
function nextBlock(v, way) {
  const { blocks } = v.data
  if (!blocks.length) return
  const at = v.step
  const found = way > 0 ? blocks.find(([start]) => start > at) ?? blocks[0] : blocks.filter(([, end]) => end <= at).at(-1) ?? blocks.at(-1)
  v.choose(found[0])
}

function tellBlocks(v) {
  const { blocks, kind } = v.data
  const counts = [1, 2, 3].map(own => kind.reduce((sum, one) => sum + (one === own), 0))
  const place = blocks.findIndex(([start, end]) => v.step >= start && v.step < end)
  v.where.textContent = !v.two ? "" : !blocks.length ? "no difference" : place < 0 ? blocks.length === 1 ? "1 place differs" : `${blocks.length} places differ` : `place ${place + 1} of ${blocks.length}`
  const names = ["changed", "not read back", "only read back"]
  v.counts.replaceChildren(
    ...counts.flatMap((count, i) => {
      if (!count || !v.two) return []
      const node = make("span", `count k${i + 1}`)
      node.append(make("i", "", MARKS[i + 1]), `${count.toLocaleString("en")} ${names[i]}`)
      return [node]
    }),
  )
  for (const button of v.stepping) button.hidden = !v.two || !blocks.length
}
