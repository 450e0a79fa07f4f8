-- One pandoc process for one book: `pandoc lua book.lua < job.json > result.json`.
-- Reads the chapters' Markdown, numbers headings, figures and tables as Quarto does in a book, resolves references and
-- links between chapters, and writes each chapter as HTML, and all of them as Typst and Word. What it does not know it reports
-- with chapter and cell; it never passes over it.

local job = pandoc.json.decode(io.read('a'), false)
local words = job.words

local READER = 'markdown'
local HTML_OPTIONS = pandoc.WriterOptions{ wrap_text = 'none', email_obfuscation = 'none' }
local TYPST_OPTIONS = pandoc.WriterOptions{ wrap_text = 'none' }
local NBSP = '\u{a0}'

local problems = pandoc.List{}
local targets = {}  -- cross-reference id → {chapter, number, kind, title}
local chapters = job.chapters
local by_source = {}
for index, chapter in ipairs(chapters) do
  chapter.index = index
  by_source[chapter.source] = chapter
end

local function problem(chapter, cell, snippet, what)
  problems:insert{ chapter = chapter.source, cell = cell or 0, snippet = snippet or '', what = what }
end

-- What is wrong in either engine, as a sentence of its own.
local function mistake(chapter, cell, snippet, what)
  problems:insert{ chapter = chapter.source, cell = cell or 0, snippet = snippet or '', what = what, mistake = true }
end

local function text_of(inlines) return pandoc.utils.stringify(inlines) end

local function escape_html(text)
  return (text:gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;'):gsub('"', '&quot;'))
end

local function raw_html(text) return pandoc.RawBlock('html', text) end
local function raw_typst(text) return pandoc.RawBlock('typst', text) end

local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('%s+', ' ') .. '"'
end

-- What is allowed -------------------------------------------------------------------------------------------

local CALLOUTS = { note = true, tip = true, warning = true, important = true, caution = true }
local RAW_TAGS = {}
for tag in ([[a abbr b br caption cite code dd del details div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd
  li mark ol p picture q s section small source span strong style sub summary sup svg table time u ul var wbr]]):gmatch('%S+') do
  RAW_TAGS[tag] = true
end
local TABLE_TAGS = {}
for tag in ('thead tbody tfoot tr th td col colgroup'):gmatch('%S+') do TABLE_TAGS[tag] = true end
local DIV_CLASSES = {
  'panel-tabset', 'column-margin', 'column-page', 'column-body', 'column-screen', 'columns', 'column', 'aside', 'grid',
  'incremental', 'panel-sidebar', 'panel-fill', 'panel-center', 'hidden', 'cell', 'theorem', 'proof',
}

local function callout_kind(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match('^callout%-(.+)$')
    if kind and CALLOUTS[kind] then return kind end
  end
end

-- Nothing on a page runs, and nothing comes from elsewhere.
local function check_harmless(chapter, cell, text)
  for tag in text:gmatch('<%a[^>]*') do
    local handler = tag:lower():match('[%s/"\'](on%a+)%s*=')
    if handler then problem(chapter, cell, tag, 'the HTML attribute ' .. handler) end
    for key, url in tag:gmatch('[%s/"\'](%a+)%s*=%s*["\']?([^"\'%s>]*)') do
      local scheme = url:lower():match('^(%a[%w+.-]*):')
      key = key:lower()
      if (key == 'href' or key == 'src') and (scheme == 'javascript' or scheme == 'vbscript') then
        problem(chapter, cell, url, 'a link that runs a script')
      elseif key == 'src' and (scheme and scheme ~= 'data' or url:match('^//')) then
        mistake(chapter, cell, url, 'The picture ' .. url .. ' lies on another host; put the file beside the notebook.')
      end
    end
  end
  if text:lower():match('<script') or text:lower():match('<foreignobject') then
    problem(chapter, cell, '<script', 'a script or foreign object in HTML or SVG')
  end
end

local function check_raw(chapter, cell, text)
  check_harmless(chapter, cell, text)
  local whole_table = text:match('<table') and text:match('</table>')
  local inside_svg = text:gsub('<svg.-</svg>', '<svg></svg>'):gsub('<!%-%-.-%-%->', ''):gsub('<style.-</style>', '')
  for slash, tag in inside_svg:gmatch('<(/?)([%a][%w-]*)') do
    tag = tag:lower()
    if TABLE_TAGS[tag] and not whole_table then
      problem(chapter, cell, '<' .. slash .. tag, 'an HTML table outside a raw block; put the whole table into ```{=html} … ```')
      return
    elseif not RAW_TAGS[tag] and not TABLE_TAGS[tag] then
      problem(chapter, cell, '<' .. slash .. tag, 'the HTML element <' .. tag .. '>')
      return
    end
  end
end

-- First reading: numbers and targets ---------------------------------------------------------------------------

local function kind_of(id) return id and id:match('^(%a+)%-') end

local function note_target(chapter, cell, id, entry)
  if id == '' then return end
  if chapter.ids[id] then
    mistake(chapter, cell, '#' .. id, 'The identifier #' .. id .. ' is used twice on this page.')
  end
  chapter.ids[id] = true
  local kind = kind_of(id)
  if kind == 'fig' or kind == 'tbl' or kind == 'sec' then
    if targets[id] and targets[id].chapter ~= chapter then
      mistake(chapter, cell, '#' .. id, 'The identifier #' .. id .. ' is used in ' .. targets[id].chapter.source .. ' too.')
    end
    entry.chapter, entry.kind = chapter, kind
    targets[id] = entry
  end
end

local function within(chapter, counter)
  return chapter.number and (chapter.number .. '.' .. counter) or tostring(counter)
end

local chapter_number = 0

local function read_chapter(chapter)
  chapter.ids, chapter.labels, chapter.resources = {}, {}, {}
  local doc = pandoc.read(chapter.markdown, READER)
  local cell = 0
  local counters = {}
  local figures, tables = 0, 0
  local title

  local function numbered(id)
    local kind = kind_of(id)
    if kind == 'fig' then
      figures = figures + 1
      return within(chapter, figures)
    elseif kind == 'tbl' then
      tables = tables + 1
      return within(chapter, tables)
    end
  end

  doc = doc:walk{
    traverse = 'topdown',
    RawBlock = function(block)
      local marked = block.format == 'html' and block.text:match('^<!%-%-plan:cell:(%d+)%-%->$')
      if marked then cell = tonumber(marked) return {} end
      if block.format == 'html' then
        if block.text:match('^%s*<!%-%-.-%-%->%s*$') then return {} end
        check_raw(chapter, cell, block.text)
        for id in block.text:gmatch('<[^>]-%sid="([^"]+)"') do note_target(chapter, cell, id, {}) end
      elseif block.format ~= 'typst' then
        problem(chapter, cell, '{=' .. block.format .. '}', 'a raw block in ' .. block.format)
      end
    end,
    RawInline = function(inline)
      if inline.format == 'html' then
        if inline.text:match('^<!%-%-') then return {} end
        check_raw(chapter, cell, inline.text)
      elseif inline.format ~= 'typst' then
        problem(chapter, cell, inline.text, 'raw text in ' .. inline.format)
      end
    end,
    Header = function(header)
      local unnumbered = header.classes:includes('unnumbered')
      if header.level == 1 then
        if title then
          mistake(chapter, cell, text_of(header.content), 'A chapter has one heading of level 1; write ## for those below it.')
          return nil
        end
        title = header
        if not unnumbered then
          chapter_number = chapter_number + 1
          chapter.number = tostring(chapter_number)
        end
        note_target(chapter, cell, header.identifier, { number = chapter.number, title = header.content, top = true })
        chapter.labels[header.identifier] = true
        return {}
      end
      local number
      if chapter.number and not unnumbered and header.level <= job.number_depth then
        local depth = header.level - 1
        counters[depth] = (counters[depth] or 0) + 1
        for deeper = depth + 1, 6 do counters[deeper] = nil end
        local parts = { chapter.number }
        for i = 1, depth do parts[i + 1] = tostring(counters[i] or 0) end
        number = table.concat(parts, '.')
        header.attributes['data-number'] = number
      elseif not unnumbered then
        header.classes:insert('unnumbered')
      end
      note_target(chapter, cell, header.identifier, { number = number, title = header.content })
      chapter.labels[header.identifier] = true
      return header
    end,
    Div = function(div)
      for _, class in ipairs(DIV_CLASSES) do
        if div.classes:includes(class) then problem(chapter, cell, '.' .. class, 'the block class .' .. class) end
      end
      for _, class in ipairs(div.classes) do
        local kind = class:match('^callout%-(.+)$')
        if kind and not CALLOUTS[kind] then problem(chapter, cell, '.' .. class, 'the callout .' .. class) end
      end
      for key in pairs(div.attributes) do
        if key:match('^layout') or (div.classes:includes('callout') and key == 'collapse') then
          problem(chapter, cell, key, 'the block attribute ' .. key)
        end
      end
      if callout_kind(div) and div.content[1] and div.content[1].t == 'Header' then
        -- A box's title is no heading of the chapter: it has no number and no place in the contents.
        div.content[1] = pandoc.Div({ pandoc.Plain(div.content[1].content) }, pandoc.Attr('', { 'plan-box-title' }))
      end
      local number = numbered(div.identifier)
      if number then div.attributes['plan-number'] = number end
      note_target(chapter, cell, div.identifier, { number = number })
      if number then
        local last = div.content[#div.content]
        if not last or (last.t ~= 'Para' and last.t ~= 'Plain') then
          mistake(chapter, cell, '#' .. div.identifier, 'A figure or table block ends with a paragraph that is its caption.')
        end
      end
      return div
    end,
    Figure = function(figure)
      local number = numbered(figure.identifier)
      figure.attributes['plan-number'] = number
      note_target(chapter, cell, figure.identifier, { number = number })
      figure:walk{ Image = function(image)
        if (image.attributes['fig-alt'] or '') == '' then
          mistake(chapter, cell, image.src, 'The figure has no fig-alt="…"; readers who cannot see it need its text.')
        end
      end }
      return figure
    end,
    Table = function(tbl)
      local number = numbered(tbl.identifier)
      if number then tbl.attributes['plan-number'] = number end
      note_target(chapter, cell, tbl.identifier, { number = number })
      return tbl
    end,
    Span = function(span)
      note_target(chapter, cell, span.identifier, {})
    end,
    Image = function(image)
      if image.src:match('^%a[%w+.-]+:') and not image.src:match('^data:image/') or image.src:match('^//') then
        mistake(chapter, cell, image.src, 'The picture ' .. image.src .. ' lies on another host; put the file beside the notebook.')
      end
    end,
    Link = function(link)
      local scheme = link.target:gsub('[%c%s]', ''):match('^(%a[%w+.-]*):')
      if scheme and not ({ http = true, https = true, mailto = true, tel = true })[scheme:lower()] then
        mistake(chapter, cell, link.target, 'A link cannot lead to ' .. scheme .. ':.')
      end
      link.attributes['plan-cell'] = tostring(cell)
      return link
    end,
    Cite = function(cite)
      local inlines = pandoc.List{}
      for i, citation in ipairs(cite.citations) do
        local kind = kind_of(citation.id)
        if kind ~= 'fig' and kind ~= 'tbl' and kind ~= 'sec' then
          problem(chapter, cell, '@' .. citation.id, 'the reference @' .. citation.id
            .. ' (@fig-…, @tbl-… and @sec-… are; write \\@ for the character itself)')
          return cite.content, false
        elseif #citation.prefix > 0 or #citation.suffix > 0 then
          problem(chapter, cell, '@' .. citation.id, 'a reference with further words in its brackets')
        end
        if i > 1 then inlines:extend{ pandoc.Str(','), pandoc.Space() } end
        local span = pandoc.Span({}, pandoc.Attr('', { 'plan-reference' },
          { target = citation.id, cell = tostring(cell), bare = tostring(citation.mode == 'SuppressAuthor') }))
        inlines:insert(span)
      end
      return inlines, false
    end,
    Math = function(math) problem(chapter, cell, math.text, 'a formula') end,
    CodeBlock = function(block)
      local class = block.classes[1] or ''
      if class:match('^{') or class == 'mermaid' or class == 'dot' then
        problem(chapter, cell, class, 'a code block that is to be run or drawn (' .. class .. ')')
      end
    end,
  }
  if not title then
    mistake(chapter, 0, '', 'The chapter has no heading of level 1 (# …).')
    title = pandoc.Header(1, { pandoc.Str(chapter.source) })
  end
  chapter.title = title
  chapter.doc = doc
end

-- Links and references -----------------------------------------------------------------------------------------

local function folder_of(path) return path:match('^(.*/)') or '' end

local function normalized(path)
  local parts = {}
  for part in path:gmatch('[^/]+') do
    if part == '..' then
      if #parts > 0 and parts[#parts] ~= '..' then table.remove(parts) else table.insert(parts, '..') end
    elseif part ~= '.' then
      table.insert(parts, part)
    end
  end
  return table.concat(parts, '/')
end

-- The way from one file of the book to another.
local function relative(from, to)
  local up = {}
  local a, b = {}, {}
  for part in folder_of(from):gmatch('[^/]+') do table.insert(a, part) end
  for part in to:gmatch('[^/]+') do table.insert(b, part) end
  local same = 0
  while same < #a and same < #b - 1 and a[same + 1] == b[same + 1] do same = same + 1 end
  for _ = same + 1, #a do table.insert(up, '..') end
  for i = same + 1, #b do table.insert(up, b[i]) end
  return table.concat(up, '/')
end

local function decoded(path)
  return (path:gsub('%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end))
end

local function label(chapter, id) return 'k' .. chapter.index .. '-' .. id end

-- Where a link leads: {external}, {chapter, id} or {file}.
local function destination(chapter, cell, url)
  if url:match('^%a[%w+.-]*:') or url:match('^//') then return { external = true } end
  local path, id = url:match('^([^#]*)#?(.*)$')
  local target = chapter
  if path ~= '' then
    local full = normalized(folder_of(chapter.source) .. decoded(path))
    target = by_source[full] or by_source[(full:gsub('%.html$', '.ipynb'))]
    if not target then
      if full:match('%.ipynb$') or full:match('%.qmd$') then
        mistake(chapter, cell, url, 'The link leads to ' .. full .. ', which is no chapter of this book.')
        return { external = true }
      end
      return { file = full }
    end
  end
  id = decoded(id)
  if id ~= '' and not target.ids[id] then
    mistake(chapter, cell, url, 'The link leads to #' .. id .. ', which ' .. target.source .. ' does not have.')
    return { external = true }
  end
  return { chapter = target, id = id }
end

local function page_url(chapter, place)
  local id = place.id
  if place.chapter == chapter then return '#' .. (id ~= '' and id or 'indhold') end
  local url = relative(chapter.href, place.chapter.href)
  -- A chapter's own heading is the page itself.
  if id ~= '' and id ~= place.chapter.title.identifier then url = url .. '#' .. id end
  return url
end

local function reference(chapter, span, to)
  local id = span.attributes.target
  local entry = targets[id]
  local cell = tonumber(span.attributes.cell)
  if not entry then
    mistake(chapter, cell, '@' .. id, 'Nothing in the book is called @' .. id .. '.')
    return pandoc.Str('?' .. id)
  end
  local prefix = words['crossref-' .. entry.kind .. '-title'] or words['crossref-sec-prefix']
  local text
  if entry.kind == 'sec' and entry.top then
    -- Quarto names a chapter by number and title on pages, by number alone in print.
    text = pandoc.List{}
    if entry.number then text:extend{ pandoc.Str(entry.number .. NBSP), pandoc.Space() } end
    text:extend(entry.title)
    if to ~= 'html' and entry.number then
      text = pandoc.List{ pandoc.Str(words['crossref-ch-prefix'] .. NBSP .. entry.number) }
    end
  elseif not entry.number then
    mistake(chapter, cell, '@' .. id, '@' .. id .. ' has no number to refer to; write a link instead.')
    return pandoc.Str('?' .. id)
  else
    local number = span.attributes.bare == 'true' and entry.number or prefix .. NBSP .. entry.number
    text = pandoc.List{ pandoc.Str(number) }
  end
  local url = to == 'html' and page_url(chapter, { chapter = entry.chapter, id = id }) or '#' .. label(entry.chapter, id)
  local link = pandoc.Link(text, url)
  if to == 'html' then link.classes = { 'quarto-xref' } end
  return link
end

-- Content for one format only ------------------------------------------------------------------------------------

local function shown_in(div, format)
  local same = { html = { html = true }, typst = { typst = true, pdf = true }, docx = { docx = true } }
  local when, unless = div.attributes['when-format'], div.attributes['unless-format']
  local hit = (when and same[format][when]) or (unless and not same[format][unless]) or (not when and not unless)
  if div.classes:includes('content-visible') then return hit and true or false end
  if div.classes:includes('content-hidden') then return not hit end
  return true
end

local function only_for(format)
  return function(div)
    if not (div.classes:includes('content-visible') or div.classes:includes('content-hidden')) then return nil end
    if shown_in(div, format) then return div.content else return {} end
  end
end

local function callout_of(div)
  local kind = callout_kind(div)
  if not kind then return nil end
  local title = pandoc.List{ pandoc.Str(words['callout-' .. kind .. '-title']) }
  local body = pandoc.List(div.content)
  if body[1] and body[1].t == 'Div' and body[1].classes:includes('plan-box-title') then
    title = body[1].content[1].content
    body:remove(1)
  elseif div.attributes.title then
    title = pandoc.List{ pandoc.Str(div.attributes.title) }
  end
  return kind, title, body
end

-- HTML ------------------------------------------------------------------------------------------------------------

local function resource(chapter, path)
  chapter.resources[path] = true
end

local function image_html(chapter, image, class)
  local alt = image.attributes['fig-alt'] or image.attributes.alt or text_of(image.caption)
  local more = ''
  for _, key in ipairs{ 'width', 'height' } do
    if image.attributes[key] then more = more .. ' ' .. key .. '="' .. escape_html(image.attributes[key]) .. '"' end
  end
  if not image.src:match('^%a[%w+.-]*:') then
    resource(chapter, normalized(folder_of(chapter.source) .. decoded(image.src)))
  end
  return '<img class="' .. class .. '" src="' .. escape_html(image.src) .. '" alt="' .. escape_html(alt) .. '"' .. more .. '>'
end

local function captioned(kind, id, number, caption, content, chapter)
  local title = words[kind == 'fig' and 'crossref-fig-title' or 'crossref-tbl-title']
  local inlines = pandoc.List{}
  if number then
    inlines:insert(pandoc.RawInline('html', '<span class="float-number">' .. title .. NBSP .. number .. ':</span>'))
    inlines:insert(pandoc.Space())
  end
  inlines:extend(caption)
  local identity = id ~= '' and ' id="' .. escape_html(id) .. '"' or ''
  local text = pandoc.List{ raw_html('<figcaption>'), pandoc.Plain(inlines), raw_html('</figcaption>') }
  local out = pandoc.List{ raw_html('<figure class="float float-' .. kind .. '"' .. identity .. '>') }
  if kind == 'tbl' then out:extend(text) end
  out:extend(content)
  if kind == 'fig' then out:extend(text) end
  out:insert(raw_html('</figure>'))
  return out
end

local function split_caption(div)
  local content = pandoc.List(div.content)
  local last = content[#content]
  if last and (last.t == 'Para' or last.t == 'Plain') then
    content:remove(#content)
    return content, last.content
  end
  return content, pandoc.List{}
end

local function local_url(chapter, cell, url)
  local place = destination(chapter, cell, url)
  if place.external then return url end
  if place.file then
    resource(chapter, place.file)
    return url
  end
  return page_url(chapter, place)
end

local function scrolling(block, name)
  return pandoc.List{
    raw_html('<div class="table-scroll" role="region" tabindex="0" aria-label="' .. escape_html(name) .. '">'),
    block,
    raw_html('</div>'),
  }
end

local function to_html(chapter, doc)
  doc = doc:walk{ Div = only_for('html') }
  local scrolled = 0
  doc = doc:walk{
    traverse = 'topdown',
    RawBlock = function(block)
      if block.format ~= 'html' then return {} end
      return raw_html((block.text:gsub('(%s)(href)="([^"]*)"', function(space, key, url)
        return space .. key .. '="' .. local_url(chapter, 0, url) .. '"'
      end):gsub('(<img[^>]-%ssrc=")([^"]*)"', function(before, url)
        if not url:match('^%a[%w+.-]*:') then resource(chapter, normalized(folder_of(chapter.source) .. decoded(url))) end
        return before .. url .. '"'
      end)))
    end,
    RawInline = function(inline) if inline.format ~= 'html' then return {} end end,
    Link = function(link)
      local cell = tonumber(link.attributes['plan-cell'] or '0')
      link.attributes['plan-cell'] = nil
      if not link.classes:includes('quarto-xref') then link.target = local_url(chapter, cell, link.target) end
      return link
    end,
    Header = function(header)
      local number = header.attributes['data-number']
      if number then
        header.content:insert(1, pandoc.Space())
        header.content:insert(1, pandoc.Span({ pandoc.Str(number) }, pandoc.Attr('', { 'header-section-number' })))
      end
      return header
    end,
    Span = function(span)
      if span.classes:includes('plan-reference') then return reference(chapter, span, 'html'), false end
    end,
  }
  doc = doc:walk{
    Figure = function(figure)
      local image
      figure:walk{ Image = function(found) image = image or found end }
      if not image then return nil end
      local number = figure.attributes['plan-number']
      local name = words['crossref-fig-title'] .. (number and ' ' .. number or '')
      -- A small screen scrolls a figure sideways rather than making its words too small to read.
      local body = raw_html('<div class="figure-body" role="group" tabindex="0" aria-label="' .. name .. '">' .. image_html(chapter, image, 'figure-img') .. '</div>')
      local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
      return captioned('fig', figure.identifier, figure.attributes['plan-number'], caption, { body }, chapter)
    end,
    Table = function(tbl)
      local number = tbl.attributes['plan-number']
      tbl.attributes['plan-number'] = nil
      local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
      local name = #caption > 0 and text_of(caption) or words['crossref-tbl-title']
      if number then
        local id = tbl.identifier
        tbl.identifier = ''
        tbl.caption = pandoc.Caption{}
        return captioned('tbl', id, number, caption, scrolling(tbl, name), chapter)
      end
      return scrolling(tbl, name)
    end,
  }
  doc = doc:walk{
    Div = function(div)
      local number = div.attributes['plan-number']
      if number then
        local content, caption = split_caption(div)
        return captioned(kind_of(div.identifier), div.identifier, number, caption, content, chapter)
      end
      local kind, title, body = callout_of(div)
      if kind then
        local out = pandoc.List{
          raw_html('<div class="callout callout-' .. kind .. '"><p class="callout-title">'),
          pandoc.Plain(title), raw_html('</p>'),
        }
        out:extend(body)
        out:insert(raw_html('</div>'))
        return out
      end
    end,
    Image = function(image)
      return pandoc.RawInline('html', image_html(chapter, image, 'inline-img'))
    end,
  }
  return pandoc.write(doc, 'html', HTML_OPTIONS)
end

-- Print -------------------------------------------------------------------------------------------------------------
-- One document of all chapters: links between them are links within it.

local function encoded(path)
  return (path:gsub('[^%w/._~-]', function(byte) return string.format('%%%02X', byte:byte()) end))
end

local function printed(chapter, doc, format)
  doc = doc:walk{ Div = only_for(format) }
  return doc:walk{
    traverse = 'topdown',
    RawBlock = function(block) if block.format ~= format then return {} end end,
    RawInline = function(inline)
      if inline.format == 'html' and inline.text:match('^<br') then return pandoc.LineBreak() end
      if inline.format ~= format then return {} end
    end,
    Link = function(link)
      link.attributes['plan-cell'] = nil
      local place = destination(chapter, 0, link.target)
      if place.file then
        -- A file that lies beside a page does not lie beside the document: it is where the pages are read, or nowhere.
        if job.address == '' then return link.content, false end
        link.target = job.address .. encoded(place.file)
      elseif place.chapter then
        local id = place.id
        if id == '' or not (place.chapter.labels[id] or targets[id]) then id = place.chapter.title.identifier end
        link.target = '#' .. label(place.chapter, id)
      end
      return link, false
    end,
    Header = function(header)
      header.identifier = label(chapter, header.identifier)
      return header
    end,
    Span = function(span)
      if span.classes:includes('plan-reference') then return reference(chapter, span, format), false end
      span.identifier = ''
      return span
    end,
  }
end

local function title_of(chapter)
  return pandoc.Header(1, chapter.title.content, pandoc.Attr(label(chapter, chapter.title.identifier), chapter.title.classes))
end

-- Typst -------------------------------------------------------------------------------------------------------------

local function typst_image(chapter, image)
  local path = image.src
  local alt = image.attributes['fig-alt'] or image.attributes.alt or text_of(image.caption)
  local fields = { 'alt: ' .. typst_string(alt) }
  for _, key in ipairs{ 'width', 'height' } do
    local value = image.attributes[key]
    if value then
      -- Pages count in CSS pixels, 96 to the inch.
      local pixels = value:match('^(%d+%.?%d*)p?x?$')
      if pixels then value = string.format('%.2fpt', tonumber(pixels) * 0.75) end
      table.insert(fields, key .. ': ' .. value)
    end
  end
  local source
  if path:match('^data:') then
    -- Read from an inline <svg> of a table.
    local _, content = pandoc.mediabag.fetch(path)
    source = 'bytes(' .. typst_string(content) .. ')'
    table.insert(fields, 'format: "svg"')
  else
    source = typst_string('/' .. normalized(folder_of(chapter.source) .. decoded(path)))
  end
  return 'image(' .. source .. ', ' .. table.concat(fields, ', ') .. ')'
end

local function typst_float(kind, id, number, caption, content, chapter)
  local position = kind == 'fig' and 'bottom' or 'top'
  local supplement = words['crossref-' .. kind .. '-title']
  local out = pandoc.List{ raw_typst('#figure([') }
  out:extend(content)
  out:insert(raw_typst('], caption: figure.caption(position: ' .. position .. ', ['))
  out:insert(pandoc.Plain(caption))
  out:insert(raw_typst(']),\nkind: "quarto-float-' .. kind .. '",\nsupplement: ' .. typst_string(supplement) .. ',\n'
    .. (number and '' or 'numbering: none,\n') .. ')'
    .. (id ~= '' and '\n#label(' .. typst_string(label(chapter, id)) .. ')' or '')))
  return out
end

local in_chapters = false

local function to_typst(chapter, doc)
  doc = printed(chapter, doc, 'typst')
  doc = doc:walk{
    Figure = function(figure)
      local image
      figure:walk{ Image = function(found) image = image or found end }
      if not image then return nil end
      local body = raw_typst('#' .. typst_image(chapter, image))
      local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
      return typst_float('fig', figure.identifier, figure.attributes['plan-number'], caption, { body }, chapter)
    end,
    Header = function(header)
      header.attributes['data-number'] = nil
      return header
    end,
  }
  doc = doc:walk{
    Image = function(image)
      return pandoc.RawInline('typst', '#box(' .. typst_image(chapter, image) .. ')')
    end,
    Div = function(div)
      local number = div.attributes['plan-number']
      if number then
        local content, caption = split_caption(div)
        return typst_float(kind_of(div.identifier), div.identifier, number, caption, content, chapter)
      end
      local kind, title, body = callout_of(div)
      if kind then
        local out = pandoc.List{ raw_typst('#note-box("' .. kind .. '", ['), pandoc.Plain(title), raw_typst('])[') }
        out:extend(body)
        out:insert(raw_typst(']'))
        return out
      end
      -- A box's title is taken out with its box.
      if not div.classes:includes('plan-box-title') then return div.content end
    end,
  }
  local blocks = pandoc.List{}
  -- A short edition has a head instead.
  if doc.meta['chapter-begin'] then
    in_chapters = true
    blocks:extend{ raw_typst(pandoc.utils.stringify(doc.meta['chapter-begin'])), title_of(chapter) }
  end
  blocks:extend(doc.blocks)
  return pandoc.write(pandoc.Pandoc(blocks), 'typst', TYPST_OPTIONS)
end

-- Word --------------------------------------------------------------------------------------------------------------
-- Styles by name; the reference document says what they look like.

local function styled(blocks, name) return pandoc.Div(blocks, pandoc.Attr('', {}, { ['custom-style'] = name })) end

local function with_number(number, inlines)
  local out = pandoc.List{}
  if number then out:extend{ pandoc.Str(number .. NBSP), pandoc.Space() } end
  out:extend(inlines)
  return out
end

local function with_label(kind, number, caption)
  local title = words['crossref-' .. kind .. '-title']
  local out = pandoc.List{}
  if number then out:extend{ pandoc.Strong{ pandoc.Str(title .. NBSP .. number .. ':') }, pandoc.Space() } end
  out:extend(caption)
  return { pandoc.Plain(out) }
end

local function docx_image(chapter, image)
  local alt = image.attributes['fig-alt'] or image.attributes.alt or text_of(image.caption)
  local src = image.src
  if not src:match('^%a[%w+.-]*:') then src = normalized(folder_of(chapter.source) .. decoded(src)) end
  local sizes = { width = image.attributes.width, height = image.attributes.height }
  return pandoc.Image({ pandoc.Str(alt) }, src, '', pandoc.Attr('', {}, sizes))
end

local function docx_callout(div)
  local kind, title, body = callout_of(div)
  if not kind then return nil end
  body:insert(1, pandoc.Para{ pandoc.Strong(title) })
  return styled(body, 'Plan Note')
end

local function to_docx(chapter, doc)
  doc = printed(chapter, doc, 'docx'):walk{
    Header = function(header)
      header.content = with_number(header.attributes['data-number'], header.content)
      return header
    end,
    Image = function(image) return docx_image(chapter, image) end,
    Table = function(tbl)
      local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
      if #caption > 0 then tbl.caption = pandoc.Caption(with_label('tbl', tbl.attributes['plan-number'], caption)) end
      tbl.attributes['plan-number'] = nil
      if tbl.identifier ~= '' then tbl.identifier = label(chapter, tbl.identifier) end
      return tbl
    end,
    Figure = function(figure)
      local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
      figure.caption = pandoc.Caption(with_label('fig', figure.attributes['plan-number'], caption))
      return pandoc.Figure(figure.content, figure.caption, pandoc.Attr(label(chapter, figure.identifier)))
    end,
    Div = function(div)
      local number = div.attributes['plan-number']
      if number then
        local content, caption = split_caption(div)
        local kind = kind_of(div.identifier)
        local name = kind == 'fig' and 'Image Caption' or 'Table Caption'
        content:insert(kind == 'fig' and #content + 1 or 1, styled(with_label(kind, number, caption), name))
        return pandoc.Div(content, pandoc.Attr(label(chapter, div.identifier)))
      end
      if div.identifier ~= '' then div.identifier = label(chapter, div.identifier) end
      return docx_callout(div) or div
    end,
  }
  local title = title_of(chapter)
  title.content = with_number(chapter.number, title.content)
  local blocks = pandoc.List{ title }
  blocks:extend(doc.blocks)
  return blocks
end

-- Word's own field, filled: it is there at once, and Word brings in page numbers when it is told to (F9).
local function field(kind, text)
  local inner = text and '<w:instrText xml:space="preserve">' .. text .. '</w:instrText>' or '<w:fldChar w:fldCharType="' .. kind .. '"/>'
  return pandoc.RawInline('openxml', '<w:r>' .. inner .. '</w:r>')
end

local function docx_contents(depth)
  local entries = pandoc.List{}
  local function add(level, number, inlines, chapter, id)
    local plain = pandoc.Inlines(inlines):walk{ Link = function(link) return link.content end, Note = function() return {} end }
    local link = pandoc.Link(with_number(number, plain), '#' .. label(chapter, id))
    entries:insert(styled({ pandoc.Para{ link } }, 'toc ' .. level))
  end
  for _, chapter in ipairs(chapters) do
    add(1, chapter.number, chapter.title.content, chapter, chapter.title.identifier)
    chapter.doc:walk{ Header = function(header)
      if header.level > 1 and header.level <= depth then
        add(header.level, header.attributes['data-number'], header.content, chapter, header.identifier)
      end
    end }
  end
  local first, last = entries[1].content[1].content, entries[#entries].content[1].content
  first:insert(1, field('separate'))
  first:insert(1, field(nil, ' TOC \\o "1-' .. depth .. '" \\h \\z \\u '))
  first:insert(1, field('begin'))
  last:insert(field('end'))
  entries:insert(1, styled({ pandoc.Para{ pandoc.Str(job.docx.contents) } }, 'TOC Heading'))
  return entries
end

local function write_docx(blocks)
  local asked = job.docx
  local meta = { lang = pandoc.MetaString(asked.lang) }
  local all = pandoc.List{}
  for _, key in ipairs{ 'title', 'subtitle', 'date' } do
    if (asked[key] or '') ~= '' then meta[key] = pandoc.MetaInlines{ pandoc.Str(asked[key]) } end
  end
  if (asked.contents or '') ~= '' then all:extend(docx_contents(job.toc_depth)) end
  all:extend(blocks)
  local options = pandoc.WriterOptions{ reference_doc = asked.reference }
  local file = assert(io.open(asked.target, 'wb'))
  file:write(pandoc.write(pandoc.Pandoc(all, meta), 'docx', options))
  file:close()
end

-- The whole book ------------------------------------------------------------------------------------------------------

-- A file is compiled once, and begins anew with every chapter, as it does where each chapter is a document of its own.
local compiled = {}

local function filtered(doc, format)
  FORMAT = format
  for _, file in ipairs(job.filters) do
    compiled[file] = compiled[file] or assert(loadfile(file))
    local found = compiled[file]()
    -- One that gives nothing has global functions, which pandoc finds.
    if not found then doc = pandoc.utils.run_lua_filter(doc, file) end
    for _, filter in ipairs(found and (found[1] and found or { found }) or {}) do doc = doc:walk(filter) end
  end
  return doc
end

-- Each of some inlines as HTML: the writer takes longer to begin than to write them all.
local function html_of(all)
  local MARK = '<!--plan:next-->'
  local blocks, out = pandoc.List{}, {}
  for _, inlines in ipairs(all) do blocks:extend{ pandoc.Plain(inlines), raw_html(MARK) } end
  local text = pandoc.write(pandoc.Pandoc(blocks), 'html', HTML_OPTIONS)
  for one in text:gmatch('%s*(.-)%s*' .. MARK:gsub('%p', '%%%0')) do table.insert(out, one) end
  return out
end

local function keys_of(set)
  local list = pandoc.List{}
  for key in pairs(set) do list:insert(key) end
  list:sort()
  return list
end

for _, chapter in ipairs(chapters) do read_chapter(chapter) end

local result = { chapters = pandoc.List{}, typst = '' }
local typst, docx, headings = pandoc.List{}, pandoc.List{}, pandoc.List{}
for _, chapter in ipairs(chapters) do
  local entry = {
    source = chapter.source,
    number = chapter.number,
    id = chapter.title.identifier,
    title = text_of(chapter.title.content),
    contents = pandoc.List{},
    html = '',
  }
  headings:insert(chapter.title.content)
  chapter.doc:walk{ Header = function(header)
    if header.level > 1 and header.level <= job.toc_depth then
      entry.contents:insert{ level = header.level, id = header.identifier, number = header.attributes['data-number'] }
      headings:insert(header.content:walk{ Link = function(link) return link.content end, Note = function() return {} end })
    end
  end }
  if job.html then entry.html = to_html(chapter, filtered(chapter.doc, 'html')) end
  if job.typst then typst:insert(to_typst(chapter, filtered(chapter.doc, 'typst'))) end
  if job.docx then docx:extend(to_docx(chapter, filtered(chapter.doc, 'docx'))) end
  entry.resources = keys_of(chapter.resources)
  result.chapters:insert(entry)
end
local written = pandoc.List(html_of(headings))
for _, entry in ipairs(result.chapters) do
  entry.title_html = written:remove(1)
  for _, heading in ipairs(entry.contents) do heading.html = written:remove(1) end
end
result.typst = table.concat(typst, '\n\n')
if in_chapters then result.typst = '#plan-chapters(\n' .. result.typst .. '\n)' end
if job.docx and #problems == 0 then write_docx(docx) end
result.problems = problems
io.write(pandoc.json.encode(result))
