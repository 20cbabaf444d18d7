-- Sends so many clicks, each exactly once, then requests that are not counted until the last answer is in; says how many
-- answers were no redirect, and ends. What is sent is decided by its number alone, so that src/cli/bench-clicks.ts knows
-- every sum. One thread: it could not tell what another has still to send.
--
--     wrk -t1 -c32 -d300s -s clicks.lua http://127.0.0.1:8787 -- <clicks> <code> <code> ...

local VISITORS = 997
local BOT_EVERY = 20
local IN_FLIGHT = 64
local codes = {}
local sent = 0
local received = 0
local wrong = 0
local clicks = 0
-- Not counted; wrk does not understand answers to HEAD.
local filler = ""
local looked = false

function init(args)
  clicks = tonumber(args[1])
  for i = 2, #args do
    codes[#codes + 1] = args[i]
  end
  filler = wrk.format("GET", "/go/" .. codes[1], { ["Sec-Purpose"] = "prefetch" })
end

function request()
  -- wrk asks once to look at the request, and sends nothing.
  if not looked then
    looked = true
    return filler
  end
  if sent >= clicks then return filler end
  local n = sent
  sent = sent + 1
  local visitor = math.floor(n / #codes) % VISITORS
  local agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0." .. visitor .. ".0 Safari/537.36"
  if math.floor(n / #codes) % BOT_EVERY == 0 then
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) " .. visitor
  end
  return wrk.format("GET", "/go/" .. codes[n % #codes + 1], { ["User-Agent"] = agent })
end

function response(status)
  received = received + 1
  if status ~= 302 then wrong = wrong + 1 end
  if received < clicks + IN_FLIGHT then return end
  io.write(wrong, " answers were no redirect\n")
  io.flush()
  -- wrk itself would go on until its time is over.
  os.exit(0)
end
