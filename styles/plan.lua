-- What the plan's own blocks become: verdict boxes, tables and details in Typst and Word, scrolling tables on pages.
-- A pandoc filter that both engines run before their own work (`filters:` in _quarto.yml, at: pre-ast).

local to_typst = FORMAT:match('typst') ~= nil
local to_html = FORMAT:match('html') ~= nil
local to_docx = FORMAT:match('docx') ~= nil

local function raw(text) return pandoc.RawBlock('typst', text) end

local function escaped(text)
  return (text:gsub('[\\"]', '\\%0'))
end

-- Texts as the inside of a Typst array.
local function quoted(texts)
  local out = {}
  for i, text in ipairs(texts) do out[i] = '"' .. escaped(text) .. '",' end
  return table.concat(out, ' ')
end

local function has(attr, class)
  return attr.classes:includes(class)
end

-- Columns ------------------------------------------------------------------------------------------------
-- Widths as a browser would share them out: every column gets its longest word, and what is left goes to those
-- that have more to say. Counted in characters; the writer knows no better.

local AVAILABLE = 108  -- characters on a line of a table
-- Columns from which letters are small (plan.typ, word.py), and what a line then holds.
local SMALL_FROM = { typst = 7, docx = 8 }
local SMALL = { typst = 128, docx = 130 }
local PADDING = 2      -- of a cell, in characters
local ENOUGH = 90      -- a cell with more than this asks for no further width
local PIXEL = 0.2      -- characters
local WIDEST_IMAGE = 72 -- pixels, in a cell
local TREND = 128       -- pixels, of each trend in a table of trends

local PICTURE = '\u{fffc}' -- before the width of a picture, as a word among a cell's

local function width_of(image) return math.min(tonumber(image.attributes.width or '') or WIDEST_IMAGE, WIDEST_IMAGE) end

-- The table as its widths are counted: lines end where they break, and a picture is a word that says how wide it is.
local function counted(tbl)
  return tbl:walk{
    LineBreak = function() return pandoc.Str('\n') end,
    Image = function(image) return pandoc.Str(' ' .. PICTURE .. width_of(image) .. ' ') end,
  }
end

-- The longest word and the longest line of a cell of such a table.
local function extent(cell, trends)
  local shortest, longest = 0, 0
  for _, block in ipairs(cell.contents) do
    local text = pandoc.utils.stringify(block):gsub(' ' .. PICTURE .. '([%d.]+) ', function(width)
      shortest = math.max(shortest, (trends and tonumber(width) > 0 and TREND or tonumber(width)) * PIXEL)
      return ''
    end)
    for line in (text .. '\n'):gmatch('(.-)\n') do
      longest = math.max(longest, utf8.len(line) or #line)
      for word in line:gmatch('%S+') do shortest = math.max(shortest, utf8.len(word) or #word) end
    end
  end
  return shortest, math.min(math.max(longest, shortest), ENOUGH)
end

local function all_rows(tbl)
  local rows = pandoc.List{}
  rows:extend(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  rows:extend(tbl.foot.rows)
  return rows
end

-- In characters; whether all of them get what they want; and what a line holds.
local function column_widths(tbl, format)
  local available = #tbl.colspecs < SMALL_FROM[format] and AVAILABLE or SMALL[format]
  local least, wanted = {}, {}
  for i = 1, #tbl.colspecs do least[i], wanted[i] = 0, 0 end
  local taken = {} -- cells that reach down from rows above
  local trends = has(tbl.attr, 'trends')
  for _, row in ipairs(all_rows(counted(tbl))) do
    local column = 1
    for _, cell in ipairs(row.cells) do
      local across = cell.col_span
      while (taken[column] or 0) > 0 do taken[column] = taken[column] - 1; column = column + 1 end
      if across == 1 and least[column] then
        local shortest, longest = extent(cell, trends)
        least[column] = math.max(least[column], shortest)
        wanted[column] = math.max(wanted[column], longest)
      end
      for reached = column, column + across - 1 do taken[reached] = cell.row_span - 1 end
      column = column + across
    end
  end
  local all_least, all_wanted = 0, 0
  for i in ipairs(least) do
    all_least = all_least + least[i] + PADDING
    all_wanted = all_wanted + wanted[i] + PADDING
  end
  local widths = {}
  local fits = all_wanted <= available
  local left = math.max(available - all_least, 0)
  local missing = math.max(all_wanted - all_least, 1)
  for i in ipairs(least) do
    widths[i] = PADDING + (fits and wanted[i] or least[i] + left * (wanted[i] - least[i]) / missing)
  end
  return widths, fits, available
end

-- A picture in a cell is no wider than the cell can be; a trend of a table of trends is as wide.
local function small_images(tbl, trends)
  local widest = trends and TREND or WIDEST_IMAGE
  return tbl:walk{ Image = function(image)
    local width, height = tonumber(image.attributes.width or ''), tonumber(image.attributes.height or '')
    if width and (width > widest or trends) then
      if height then image.attributes.height = string.format('%.1f', height * widest / width) end
      image.attributes.width = tostring(widest)
      return image
    end
  end }
end

-- Tables in Typst: the pieces of the call stand around the cells' own blocks, which the writer still handles -----

local ALIGN = { AlignLeft = 'left', AlignRight = 'right', AlignCenter = 'center' }

-- `classes` is a list of its own, of the row's.
local function cell_open(cell, classes, head)
  local fields, attr = {}, cell.attr
  local across, down, align = cell.col_span, cell.row_span, ALIGN[cell.alignment]
  if across > 1 then table.insert(fields, 'colspan: ' .. across) end
  if down > 1 then table.insert(fields, 'rowspan: ' .. down) end
  for _, class in ipairs(attr.classes) do
    if class == 'num' or class == 'gt_right' then align = 'right' end
    table.insert(classes, class)
  end
  if align then table.insert(fields, 'align: ' .. align) end
  if head then table.insert(classes, 'head') end
  if attr.attributes.scope == 'row' then table.insert(classes, 'row-head') end
  if #classes > 0 then table.insert(fields, 'classes: (' .. quoted(classes) .. ')') end
  if #fields == 0 then return '[' end
  return 'plan-cell(' .. table.concat(fields, ', ') .. ')['
end

-- A row that heads others is a heading of the table's own, which never stands last on a page.
local function add_rows(out, rows, head)
  for _, row in ipairs(rows) do
    local classes = row.attr.classes
    local group = not head and classes:includes('group')
    if group then out:insert(raw('table.header(level: 2, repeat: false,')) end
    for _, cell in ipairs(row.cells) do
      out:insert(raw(cell_open(cell, { table.unpack(classes) }, head)))
      out:extend(cell.contents)
      out:insert(raw('],'))
    end
    if group then out:insert(raw('),')) end
  end
end

local function typst_table(tbl, keep_caption)
  local widths, fits = column_widths(tbl, 'typst')
  for i, width in ipairs(widths) do widths[i] = fits and 'auto' or string.format('%.1ffr', width) end
  local aligns = {}
  for i, spec in ipairs(tbl.colspecs) do aligns[i] = ALIGN[spec[1]] or 'left' end
  local out = pandoc.List{}
  out:insert(raw(string.format(
    '#plan-table(\n  columns: (%s,),\n  align: (%s,),\n  classes: (%s),\n  caption: [',
    table.concat(widths, ', '), table.concat(aligns, ', '),
    quoted(tbl.attr.classes))))
  tbl = small_images(tbl, has(tbl.attr, 'trends'))
  if keep_caption ~= false then out:extend(tbl.caption.long) end
  out:insert(raw('],'))
  if #tbl.head.rows > 0 then
    out:insert(raw('table.header('))
    add_rows(out, tbl.head.rows, true)
    out:insert(raw('),'))
  end
  for _, body in ipairs(tbl.bodies) do
    add_rows(out, body.head, false)
    add_rows(out, body.body, false)
  end
  add_rows(out, tbl.foot.rows, false)
  out:insert(raw(')'))
  return out
end

-- A table that is referred to keeps its identifier and caption: the engine numbers it. Quarto's reader leaves the
-- identifier in the caption's text at this stage.
local function any_table(tbl)
  local id = tbl.attr.identifier
  local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
  local last = caption[#caption]
  local written = last and last.t == 'Str' and last.text:match('^{#(tbl%-[^}]+)}$')
  if written then
    id = written
    caption:remove(#caption)
    if caption[#caption] and caption[#caption].t == 'Space' then caption:remove(#caption) end
  end
  if not id:match('^tbl%-') then return typst_table(tbl) end
  local content = typst_table(tbl, false)
  content:insert(pandoc.Para(caption))
  return pandoc.Div(content, pandoc.Attr(id, {}, tbl.attr.attributes))
end

-- Blocks ---------------------------------------------------------------------------------------------------

local VERDICTS = { 'met', 'not-met', 'partly', 'unknown' }

-- Tiles and panels stand in two columns: the grid's call opens around them, each becomes one of its cells.
local function typst_grid(call, div)
  local out = pandoc.List{ raw(call) }
  out:extend(div.content)
  out:insert(raw(')'))
  return out
end

local function typst_div(div)
  if has(div, 'tiles') then return typst_grid('#plan-tiles(', div) end
  if has(div, 'panels') then return typst_grid('#plan-panels(', div) end
  for _, kind in ipairs(VERDICTS) do
    if has(div, 'verdict-' .. kind) or (has(div, 'verdict') and has(div, kind)) then
      local cell = has(div, 'tile') and 'verdict-tile' or has(div, 'panel') and 'plan-panel'
      local out = pandoc.List{ raw((cell or '#verdict-box') .. '("' .. kind .. '")[') }
      out:extend(div.content)
      out:insert(raw(cell and '],' or ']'))
      return out
    end
  end
  for class, name in pairs{
    ['example-data'] = 'example-mark', ['example-note'] = 'example-mark', ['state-note'] = 'state-note',
    ['data-note'] = 'data-note', ['no-figure'] = 'plain-box', ['source-note'] = 'state-note',
    ['goal-note'] = 'goal-note', ['goal-text'] = 'goal-text', ['summary'] = 'summary',
    ['follow-up'] = 'follow-up',
  } do
    if has(div, class) then
      -- A note on real figures is quiet; only made-up ones are marked. (`pairs` has no order of its own.)
      if has(div, 'example-data') then name = 'example-mark' end
      local out = pandoc.List{ raw('#' .. name .. '[') }
      out:extend(div.content)
      out:insert(raw(']'))
      return out
    end
  end
end

-- Raw HTML in print: tables and other text are read, what is for pages only goes.
-- `marks` is what stands at the start and end of a block that opens, and of its heading.
local function print_raw(block, of_tables, of_divs, marks)
  if block.format ~= 'html' then return nil end
  local text = block.text
  -- What is marked so is for pages only; Quarto leaves it out of print as well.
  if text:match('data%-quarto%-disable%-processing="true"') then return {} end
  if text:match('^%s*<details') and not text:match('</details>') then return marks.details end
  if text:match('^%s*</details>%s*$') then return marks.details_end end
  if text:match('^%s*<summary[^>]*>%s*$') then return marks.summary end
  if text:match('^%s*</summary>%s*$') then return marks.summary_end end
  if text:match('<table') then
    return pandoc.read(text, 'html').blocks:walk{ Table = of_tables, Div = of_divs }
  end
  if text:match('^%s*<%a') and not text:match('^%s*</') then
    -- Other raw HTML of one piece is text in another dress; loose tags are left to the writer, which drops them.
    local inner = text:gsub('%b<>', ''):gsub('%s+', '')
    if inner ~= '' then return pandoc.read(text, 'html').blocks:walk{ Div = of_divs } end
  end
end

local TYPST_MARKS = {
  details = raw('#plan-details['), details_end = raw(']'), summary = raw('#plan-summary['), summary_end = raw(']'),
}

local function typst_raw(block) return print_raw(block, function(tbl) return typst_table(tbl) end, typst_div, TYPST_MARKS) end

-- Word --------------------------------------------------------------------------------------------------------
-- Blocks and cells get paragraph styles by name; what they look like is up to the reference document.

local DOCX_BLOCKS = {
  ['example-data'] = 'Plan Eksempeldata', ['example-note'] = 'Plan Eksempeldata', ['state-note'] = 'Plan Kilde',
  ['data-note'] = 'Plan Note', ['no-figure'] = 'Plan Note', ['source-note'] = 'Plan Kilde',
  ['goal-note'] = 'Plan Målnote', ['goal-text'] = 'Plan Måltekst', ['summary'] = 'Plan Resumé', ['blank'] = 'Plan Udfyldes',
  ['follow-up'] = 'Plan Opfølgning',
}
local DOCX_VERDICTS = {
  ['met'] = 'opfyldt', ['not-met'] = 'ikke opfyldt', ['partly'] = 'delvist opfyldt', ['unknown'] = 'kan ikke vurderes',
}

local function styled(blocks, name) return pandoc.Div(blocks, pandoc.Attr('', {}, { ['custom-style'] = name })) end

local function docx_cell_style(cell, row, head)
  if head then return 'Plan Tabelhoved' end
  if has(row.attr, 'group') then return 'Plan Tabelgruppe' end
  for kind, word in pairs(DOCX_VERDICTS) do
    if has(cell.attr, 'verdict-' .. kind) then return 'Plan Tabel ' .. word end
  end
  if has(cell.attr, 'state-note') then return 'Plan Tabelnote' end
  if cell.attributes and cell.attributes.scope == 'row' then return 'Plan Tabelforspalte' end
  return 'Plan Tabel'
end

local function docx_rows(rows, head)
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      if has(cell.attr, 'num') then cell.alignment = 'AlignRight' end
      -- A style by name holds for paragraphs alone.
      local paragraphs = cell.contents:walk{ Plain = function(plain) return pandoc.Para(plain.content) end }
      cell.contents = { styled(paragraphs, docx_cell_style(cell, row, head)) }
    end
  end
  return rows
end

local function docx_table(tbl)
  local widths, _, available = column_widths(tbl, 'docx')
  local line = 0
  for _, width in ipairs(widths) do line = line + width end
  for i, spec in ipairs(tbl.colspecs) do tbl.colspecs[i] = { spec[1], widths[i] / math.max(line, available) } end
  tbl = small_images(tbl)
  tbl.head.rows = docx_rows(tbl.head.rows, true)
  for _, body in ipairs(tbl.bodies) do
    body.head = docx_rows(body.head)
    body.body = docx_rows(body.body)
  end
  tbl.foot.rows = docx_rows(tbl.foot.rows)
  return tbl
end

-- Tiles stand in two columns.
local function docx_tiles(div)
  local rows = pandoc.List{}
  for i, tile in ipairs(div.content) do
    if i % 2 == 1 then rows:insert{ {}, {} } end
    rows[#rows][2 - i % 2] = { tile }
  end
  return pandoc.utils.from_simple_table(pandoc.SimpleTable({}, { 'AlignLeft', 'AlignLeft' }, { 0.5, 0.5 }, {}, rows))
end

local function docx_div(div)
  if has(div, 'tiles') then return docx_tiles(div) end
  local style
  for kind, word in pairs(DOCX_VERDICTS) do
    if has(div, 'verdict-' .. kind) or (has(div, 'verdict') and has(div, kind)) then
      style = (has(div, 'tile') and 'Plan Flise ' or 'Plan Mål ') .. word
    end
  end
  for class, name in pairs(DOCX_BLOCKS) do
    if has(div, class) and not (style == 'Plan Eksempeldata') then style = name end
  end
  if not style then return nil end
  div.attributes['custom-style'] = style
  return div
end

-- What opens on a page lies open here; the writer drops its loose tags.
local function docx_raw(block) return print_raw(block, docx_table, docx_div, {}) end

local function label_of(text)
  local caption = text:match('<caption[^>]*>(.-)</caption>')
  local label = caption and caption:gsub('%b<>', ''):gsub('%s+', ' ') or 'Tabel'
  return (label:gsub('"', '&quot;'))
end

local function html_raw(block)
  if block.format ~= 'html' or not block.text:match('<table') or block.text:match('table%-scroll') then return nil end
  local open = '<div class="table-scroll" role="region" tabindex="0" aria-label="' .. label_of(block.text) .. '">\n'
  return pandoc.RawBlock('html', open .. block.text .. '\n</div>')
end

local function lists_apart(blocks)
  local out = pandoc.List{}
  for i, block in ipairs(blocks) do
    if block.t == 'OrderedList' and i > 1 and blocks[i - 1].t == 'OrderedList' then
      out:insert(raw('#[]'))  -- or Typst would go on counting
    end
    out:insert(block)
  end
  return out
end

-- What a figure shows stands with it: heading, wording, verdict, figure and its source keep together.
local function holds(block)
  local picture, table_ = false, false
  pandoc.Blocks{ block }:walk{
    Image = function() picture = true end,
    Table = function() table_ = true end,
    RawBlock = function(html) table_ = table_ or html.text:match('<table') ~= nil end,
  }
  return picture, table_
end

local function for_pages_only(block)
  return block.t == 'RawBlock' and block.text:match('data%-quarto%-disable%-processing="true"') ~= nil
end

local function is_note(block)
  return block.t == 'Div' and (has(block, 'source-note') or has(block, 'state-note'))
end

local SHORT_END = 500 -- characters

-- What follows a chapter's heading as the items of plan-chapters().
local function flow(blocks)
  local items, item, opened = pandoc.List{ { blocks = pandoc.List{} } }, nil, 0
  for _, block in ipairs(blocks) do
    if not for_pages_only(block) then
      local figure, table_ = holds(block)
      local own = table_ and not figure
      item = items[#items]
      -- No heading over nothing: a table right below one is of its item.
      local heads = own and item.blocks[#item.blocks] and item.blocks[#item.blocks].t == 'Header'
      local begins = item.closed or (own and not heads) or block.t == 'Header' or (item.kept and not is_note(block))
      -- What lies between the ends of something that opens is of one piece.
      if begins and opened == 0 then
        item = { blocks = pandoc.List{} }
        items:insert(item)
      end
      item.blocks:insert(block)
      item.closed = item.closed or own
      item.kept = item.kept or figure
      item.judged = item.judged or (block.t == 'Div' and has(block, 'verdict'))
      if block.t == 'RawBlock' and block.text:match('^%s*<details') and not block.text:match('</details>') then
        opened, item.closed = opened + 1, true
      elseif block.t == 'RawBlock' and block.text:match('^%s*</details>%s*$') then
        opened = opened - 1
      end
    end
  end
  -- No page for three lines: a short end of a chapter stays with the figure before it, or with the last of the words.
  local last, before = items[#items], items[#items - 1]
  if before and not (last.kept or last.closed or before.closed) and opened == 0
    and utf8.len(pandoc.utils.stringify(last.blocks)) < SHORT_END then
    if not before.kept then
      local words = before.blocks:remove()
      if words.t == 'BulletList' and #words.content > 2 then
        local ends = pandoc.List{ words.content:remove(), words.content:remove() }
        before.blocks:insert(words)
        words = pandoc.BulletList{ ends[2], ends[1] }
      end
      before.blocks:extend{ raw('#whole['), words }
      last.blocks:insert(raw(']'))
    end
    before.blocks:extend(last.blocks)
    items:remove()
  end
  return items
end

-- A short edition: marks say where each of its pages begins; what stands before the first is on it. Its title is the head's.
local function short_pages(blocks)
  local marks = blocks:filter(function(block) return block.t == 'Div' and has(block, 'short-page') end)
  if #marks == 0 then return nil end
  local out, pages = pandoc.List{ raw('#short-page(first: true)[') }, 0
  for _, block in ipairs(blocks) do
    if block.t == 'Div' and has(block, 'short-page') then
      pages = pages + 1
      if pages > 1 then out:extend{ raw(']'), raw('#short-page[') } end
    else
      out:insert(block)
    end
  end
  out:insert(raw(']'))
  return out
end

-- The boxes of which print has only the first of its words.
local function said_once(blocks)
  return escaped(pandoc.utils.stringify(blocks:filter(function(block)
    return block.t == 'Div' and (has(block, 'example-data') or has(block, 'example-note') or has(block, 'data-note'))
  end)))
end

-- What stands with a figure, in the parts that can be put beside it: headings, text, the drawing, notes on it, the rest. Only the
-- whole where nothing stands before a drawing, or it has no narrow form.
local function kept_parts(blocks)
  local parts = { pandoc.List{}, pandoc.List{}, pandoc.List{}, pandoc.List{}, pandoc.List{} }
  local at, narrow = 1, false
  for _, block in ipairs(blocks) do
    local drawing = at < 3 and holds(block)
    if drawing then
      pandoc.Blocks{ block }:walk{ Image = function(image) narrow = has(image, 'also-narrow') end }
      at = 3
    elseif at == 1 and block.t ~= 'Header' then
      at = 2
    elseif at == 3 or at == 4 then
      at = is_note(block) and 4 or 5
    end
    parts[at]:insert(block)
  end
  return narrow and #parts[1] + #parts[2] > 0 and parts or { blocks }
end

-- Chapter by chapter. The built-in engine has its chapters and their headings elsewhere: it is told by `chapter-begin` what
-- stands before a heading, and stands around them all.
local function keep_together(doc)
  local out, chapter, head = pandoc.List{}, pandoc.List{}, nil
  local function close()
    local short = short_pages(chapter)
    if short then
      out:extend(short)
      return
    end
    for i, item in ipairs(flow(chapter)) do
      local kind = (item.kept or (item.judged and i > 1)) and 'kept[' or item.closed and 'rows[' or 'loose(says: "' .. said_once(item.blocks) .. '")['
      local begin = (i == 1 and 'chapter(' or '') .. kind
      if i > 1 or head then out:insert(raw(begin)) else doc.meta['chapter-begin'] = begin end
      if i == 1 and head then out:insert(head) end
      for nth, part in ipairs(item.kept and i > 1 and kept_parts(item.blocks) or { item.blocks }) do
        if nth > 1 then out:insert(raw('][')) end
        out:extend(part)
      end
      out:insert(raw('],'))
    end
    out:insert(raw('),'))
  end
  for _, block in ipairs(doc.blocks) do
    if block.t == 'Header' and block.level == 1 then
      if head or #chapter > 0 then close() end
      head, chapter = block, pandoc.List{}
    else
      chapter:insert(block)
    end
  end
  close()
  if head and not short_pages(chapter) then
    out:insert(1, raw('#plan-chapters('))
    out:insert(raw(')'))
  end
  doc.blocks = out
  return doc
end

-- Words that Typst would take for a list or a heading when they come first: the writer escapes them at the start of a
-- paragraph, but not inside a link.
local function escape_first(inlines)
  local first = inlines[1]
  if first and first.t == 'Str' and (first.text:match('^%d+[.)]$') or first.text:match('^[-+=/]+$')) then
    inlines[1] = pandoc.RawInline('typst', (first.text:gsub('[^%d]', '\\%0')))
    return inlines
  end
end

-- What an author cannot have meant, or must not do -----------------------------------------------------------

-- "15. juni 2023" at the start of a paragraph is read as item 15 of a list. `plan render` mends it in the text, where two
-- dates in a row can be told from two items; a lone item is mended here, for plain `quarto render`.
local function lone_item(list)
  if #list.content ~= 1 then return nil end
  local style, number = list.style, tostring(list.start)
  if style == 'LowerAlpha' or style == 'UpperAlpha' then
    number = string.char((style == 'LowerAlpha' and 96 or 64) + (list.start - 1) % 26 + 1)
  elseif style ~= 'Decimal' and style ~= 'DefaultStyle' then
    return nil
  end
  local delimiters = { OneParen = { '', ')' }, TwoParens = { '(', ')' } }
  local around = delimiters[list.delimiter] or { '', '.' }
  local blocks = pandoc.List(list.content[1])
  local first = blocks[1]
  if not first or (first.t ~= 'Para' and first.t ~= 'Plain') then return nil end
  local inlines = pandoc.List{ pandoc.Str(around[1] .. number .. around[2]), pandoc.Space() }
  inlines:extend(first.content)
  blocks[1] = pandoc.Para(inlines)
  return blocks
end

local LINKS = { http = true, https = true, mailto = true, tel = true }

local function scheme_of(url)
  local scheme = url:gsub('[%c%s]', ''):match('^(%a[%w+.-]*):')
  return scheme and scheme:lower()
end

-- No handler runs on a page, and no link runs anything.
local function harmless(element)
  local found = pandoc.List{}
  for key in pairs(element.attributes) do
    local name = key:lower()
    if name:match('^on') or name == 'srcdoc' or name == 'formaction' then found:insert(key) end
  end
  for _, key in ipairs(found) do element.attributes[key] = nil end
  return #found > 0 and element or nil
end

local function harmless_link(link)
  local scheme = scheme_of(link.target)
  if scheme and not LINKS[scheme] then return link.content end
  return harmless(link)
end

-- A file that lies beside a page does not lie beside a document that is mailed. (The built-in engine knows the address.)
local function left_out(link)
  local page = link.target:match('^[^#]*'):match('%.(%a+)$')
  local known = page == 'ipynb' or page == 'html' or page == 'qmd' or page == 'md'
  if not scheme_of(link.target) and not link.target:match('^#') and page and not known then return link.content end
end

local function harmless_image(image)
  local scheme = scheme_of(image.src)
  local inside = scheme == 'data' and image.src:match('^data:image/')
  if (scheme and not inside) or image.src:match('^[/\\][/\\]') then return image.caption end
  return harmless(image)
end

local harmless_filter = {
  Link = harmless_link, Image = harmless_image, Span = harmless, Div = harmless, Header = harmless, Code = harmless,
  CodeBlock = harmless, Table = harmless, Figure = harmless, OrderedList = lone_item,
}

-- Names of headings stand in remarks, which JupyterLab does not show: "## Mål 1a <!-- #maal-1a .unnumbered -->", and below a
-- chapter's title, which Quarto takes out of a page's text. A title without a number stands in a remark before itself as well:
-- that is the one Quarto reads and takes out. `plan render` reads them itself; this is for plain `quarto render`.
local function give(header, said)
  header.identifier = said:match('#([%w_-]+)') or header.identifier
  for class in said:gmatch('%.([%w_-]+)') do header.classes:insert(class) end
end

local function named_headings(doc)
  local out, title, before = pandoc.List{}
  for _, block in ipairs(doc.blocks) do
    if block.t == 'Header' then
      local remark = block.content[#block.content]
      local said = remark and remark.t == 'RawInline' and remark.text:match('^<!%-%- (#[%w ._-]+) %-%->$')
      if said then
        block.content:remove()
        if #block.content > 0 and block.content[#block.content].t == 'Space' then block.content:remove() end
        give(block, said)
      end
      give(block, before and before:match('^<!%-%-\n# .*{(.-)}\n%-%->') or '')
      -- Where Quarto took the title out of the remark, it stands above the page already.
      if not (block.level == 1 and before and before:match('^<!%-%-\n%-%->')) then
        out:insert(block)
        if block.level == 1 then title = #out end
      end
    else
      local name = block.t == 'RawBlock' and block.text:match('^<!%-%- #([%w_-]+) %-%->%s*$')
      if name and title then
        local header = out[title]
        header.identifier = name
        out[title] = header
      elseif name then
        out:insert(pandoc.Plain{ pandoc.Span({}, pandoc.Attr(name)) })
      else
        out:insert(block)
      end
    end
    before = block.t == 'RawBlock' and block.text
  end
  doc.blocks = out
  return doc
end

-- Headings under an unnumbered chapter carry no number either: they would continue the chapter before.
local function unnumber(doc)
  local unnumbered = false
  return doc:walk{
    traverse = 'topdown',
    Header = function(header)
      if header.level == 1 then
        unnumbered = has(header, 'unnumbered')
      elseif unnumbered and not has(header, 'unnumbered') then
        header.classes:insert('unnumbered')
        return header
      end
    end,
  }
end

-- Whose page it is ------------------------------------------------------------------------------------------
-- Every notebook says it of itself in a block that shows nothing (report.fetch()), so that cover, running head and page
-- title are those of the parameters it ran with, whatever _quarto.yml says. typst-show.typ reads `plan`.

local function whose(doc)
  local said, example
  doc = doc:walk{ Div = function(div)
    if has(div, 'example-data') or has(div, 'example-note') then example = true end
    if has(div, 'plan-cover') then
      said = said or div.attributes
      return {}
    end
  end }
  local meta = doc.meta
  if to_typst then
    local plan = { example = example }
    for _, key in ipairs{ 'title', 'municipality', 'dated' } do
      local text = said and said['plan-' .. key]
      if text and text ~= '' then plan[key] = text end
    end
    meta.plan = plan
  elseif said and said['plan-municipality'] then
    local municipality = said['plan-municipality']
    local title = meta.title and pandoc.utils.stringify(meta.title) or ''
    if title ~= '' then meta.pagetitle = title .. ' · ' .. municipality end
    -- Only the first page has the book's own title block. It names the municipality once, in place of the author.
    if meta.author then
      meta.author = nil
      meta.subtitle = municipality
      if said['plan-dated'] ~= '' then meta.date = said['plan-dated'] end
    end
  end
  return doc
end

-- A figure that is not referred to stands under its own caption; Quarto would number it as well.

local function unnumbered_figure(image, caption, id)
  if #caption == 0 or id:match('^fig%-') then return nil end
  image.caption = pandoc.Inlines{}
  image.identifier = ''
  return pandoc.Blocks{
    raw('#plan-figure(['), pandoc.Plain(caption), raw('])['), pandoc.Plain{ image }, raw(']'),
  }
end

local function lone_image(block)
  local image = #block.content == 1 and block.content[1]
  if image and image.t == 'Image' then return unnumbered_figure(image, image.caption, image.identifier) end
end

local function figure(block)
  local plain = #block.content == 1 and block.content[1]
  local image = plain and plain.content and #plain.content == 1 and plain.content[1]
  if not image or image.t ~= 'Image' then return nil end
  return unnumbered_figure(image, pandoc.utils.blocks_to_inlines(block.caption.long), block.identifier)
end

local names = quarto and { Pandoc = named_headings } or {}

local files_beside = quarto and { Link = left_out } or {}

-- The built-in engine has its own way, which keeps what links point to.
local lone_figures = quarto and { Para = lone_image, Figure = figure } or {}

if to_typst then
  return {
    names,
    { Pandoc = whose },
    harmless_filter,
    { Pandoc = unnumber },
    files_beside,
    { Pandoc = keep_together },
    lone_figures,
    { Blocks = lists_apart },
    { RawBlock = typst_raw, Table = any_table, Div = typst_div },
    { Inlines = escape_first },
  }
elseif to_docx then
  return {
    names,
    { Pandoc = whose },
    harmless_filter,
    { Pandoc = unnumber },
    files_beside,
    { RawBlock = docx_raw, Table = docx_table, Div = docx_div },
  }
elseif to_html then
  return { names, { Pandoc = whose }, harmless_filter, { RawBlock = html_raw } }
else
  return {}
end
