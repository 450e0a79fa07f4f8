-- What the plan's own blocks become: verdict boxes, tables and details in Typst, scrolling tables on pages.
-- A pandoc filter that both engines run before their own work (`filters:` in _quarto.yml, at: pre-ast).

local to_typst = FORMAT:match('typst') ~= nil
local to_html = FORMAT:match('html') ~= nil

local function raw(text) return pandoc.RawBlock('typst', text) end

local function escaped(text)
  return (text:gsub('[\\"]', '\\%0'))
end

local function has(attr, class)
  return attr.classes:includes(class)
end

-- Columns ------------------------------------------------------------------------------------------------

local NARROW = 22 -- characters; a column that needs no more than this keeps its own width
local WIDEST = 60 -- beyond this a column gets no further share of the width

-- How long a cell is: its longest line; of the head of a number column only its longest word, because it may wrap.
local function cell_length(cell, by_word)
  local broken = cell.contents:walk { LineBreak = function() return pandoc.Str('\n') end }
  local longest = 0
  for piece in pandoc.utils.stringify(broken):gmatch(by_word and '%S+' or '[^\n]+') do
    longest = math.max(longest, utf8.len(piece) or 0)
  end
  return longest
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

local CHARACTER = 0.56 -- em; a letter of a table's head on average, with some to spare
local INSET = 1.2 -- em; the room left and right of a cell's text

local function column_widths(tbl)
  local longest, numeric = {}, {}
  for i = 1, #tbl.colspecs do longest[i] = 0 end
  local taken = {} -- cells that reach down from rows above
  for place, row in ipairs(all_rows(tbl)) do
    local column = 1
    for _, cell in ipairs(row.cells) do
      while (taken[column] or 0) > 0 do taken[column] = taken[column] - 1; column = column + 1 end
      if cell.col_span == 1 and longest[column] then
        local by_word = cell.attr and has(cell.attr, 'num')
        numeric[column] = numeric[column] or by_word
        longest[column] = math.max(longest[column], cell_length(cell, by_word and place <= #tbl.head.rows))
      end
      for reached = column, column + cell.col_span - 1 do taken[reached] = cell.row_span - 1 end
      column = column + cell.col_span
    end
  end
  local widths, some_wide = {}, false
  for i, length in ipairs(longest) do
    if numeric[i] and length <= NARROW then
      widths[i] = string.format('%.1fem', length * CHARACTER + INSET)
    elseif length <= NARROW then
      widths[i] = 'auto'
    else
      widths[i] = string.format('%dfr', math.min(length, WIDEST))
      some_wide = true
    end
  end
  return widths, some_wide
end

-- Tables in Typst: the pieces of the call stand around the cells' own blocks, which the writer still handles -----

local ALIGN = { AlignLeft = 'left', AlignRight = 'right', AlignCenter = 'center' }

local function cell_open(cell, row, head)
  local fields = {}
  if cell.col_span > 1 then table.insert(fields, 'colspan: ' .. cell.col_span) end
  if cell.row_span > 1 then table.insert(fields, 'rowspan: ' .. cell.row_span) end
  local align = ALIGN[cell.alignment]
  if has(cell.attr, 'num') or has(cell.attr, 'gt_right') then align = 'right' end
  if align then table.insert(fields, 'align: ' .. align) end
  local classes = pandoc.List{}
  for _, class in ipairs(row.attr.classes) do classes:insert('"' .. escaped(class) .. '"') end
  for _, class in ipairs(cell.attr.classes) do classes:insert('"' .. escaped(class) .. '"') end
  if head then classes:insert('"head"') end
  if cell.attributes and cell.attributes.scope == 'row' then classes:insert('"row-head"') end
  if #classes > 0 then
    table.insert(fields, 'classes: (' .. table.concat(classes, ', ') .. ',)')
  end
  if #fields == 0 then return '[' end
  return 'plan-cell(' .. table.concat(fields, ', ') .. ')['
end

local function add_rows(out, rows, head)
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      out:insert(raw(cell_open(cell, row, head)))
      out:extend(cell.contents)
      out:insert(raw('],'))
    end
  end
end

local function typst_table(tbl, keep_caption)
  local widths, some_wide = column_widths(tbl)
  local aligns = {}
  for i, spec in ipairs(tbl.colspecs) do aligns[i] = ALIGN[spec[1]] or 'left' end
  local classes = pandoc.List{}
  for _, class in ipairs(tbl.attr.classes) do classes:insert('"' .. escaped(class) .. '"') end
  local out = pandoc.List{}
  out:insert(raw(string.format(
    '#plan-table(\n  columns: (%s,),\n  align: (%s,),\n  classes: (%s),\n  wide: %s,\n  caption: [',
    table.concat(widths, ', '), table.concat(aligns, ', '),
    #classes > 0 and table.concat(classes, ', ') .. ',' or '', some_wide)))
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

-- Tiles stand in two columns: the grid's call opens around them, each becomes one of its cells.
local function typst_tiles(div)
  local out = pandoc.List{ raw('#plan-tiles(') }
  out:extend(div.content)
  out:insert(raw(')'))
  return out
end

local function typst_div(div)
  if has(div, 'tiles') then return typst_tiles(div) end
  for _, kind in ipairs(VERDICTS) do
    if has(div, 'verdict-' .. kind) or (has(div, 'verdict') and has(div, kind)) then
      local tile = has(div, 'tile')
      local out = pandoc.List{ raw((tile and 'verdict-tile("' or '#verdict-box("') .. kind .. '")[') }
      out:extend(div.content)
      out:insert(raw(tile and '],' or ']'))
      return out
    end
  end
  for class, name in pairs{
    ['example-data'] = 'example-mark', ['example-note'] = 'example-mark', ['state-note'] = 'state-note',
    ['no-figure'] = 'example-mark',
  } do
    if has(div, class) then
      local out = pandoc.List{ raw('#' .. name .. '[') }
      out:extend(div.content)
      out:insert(raw(']'))
      return out
    end
  end
end

local function typst_raw(block)
  if block.format ~= 'html' then return nil end
  local text = block.text
  -- What is marked so is for pages only; Quarto leaves it out of print as well.
  if text:match('data%-quarto%-disable%-processing="true"') then return {} end
  if text:match('^%s*<details') and not text:match('</details>') then return raw('#plan-details[') end
  if text:match('^%s*</details>%s*$') then return raw(']') end
  if text:match('^%s*<summary[^>]*>%s*$') then return raw('#plan-summary[') end
  if text:match('^%s*</summary>%s*$') then return raw(']') end
  if text:match('<table') then
    local read = pandoc.read(text, 'html')
    return read.blocks:walk{ Table = function(tbl) return typst_table(tbl) end, Div = typst_div }
  end
  if text:match('^%s*<%a') and not text:match('^%s*</') then
    -- Other raw HTML of one piece is text in another dress; loose tags are left to the writer, which drops them.
    local inner = text:gsub('%b<>', ''):gsub('%s+', '')
    if inner ~= '' then return pandoc.read(text, 'html').blocks:walk{ Div = typst_div } end
  end
end

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

if to_typst then
  return {
    { Pandoc = unnumber },
    { RawBlock = typst_raw, Table = any_table, Div = typst_div },
  }
elseif to_html then
  return { { RawBlock = html_raw } }
else
  return {}
end
