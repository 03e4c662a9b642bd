/*
 * Redis runs a script from its first line to its last with nothing in between: that is the whole of the locking.
 * A key's hash has the fields `version`, `modified`, `writeid`, `value` and `octets`. An argument that may be absent is written
 * `-` when it is, and with a `+` before it when it is not: an empty text is a text.
 */

/** KEYS: the hash. ARGV: `all` or `some`; the versions whose value need not be sent. */
export const READ = `
local state = redis.call('HMGET', KEYS[1], 'version', 'modified', 'writeid')
if not state[1] then return false end
if ARGV[1] == 'all' then return state end
for i = 2, #ARGV do
  if ARGV[i] == state[1] then return state end
end
return redis.call('HMGET', KEYS[1], 'version', 'modified', 'writeid', 'value', 'octets')`;

/**
 * KEYS: the hash, the index. ARGV: key, expected, `skip` or `value`; and to write, not delete: version, writeid, value,
 * octets. Answers `won` and the time of the new version, or `lost` and the state that is there. ioredis may send a
 * script twice: the version that it writes itself counts as won.
 */
export const SWAP = `
local current = redis.call('HMGET', KEYS[1], 'version', 'modified', 'writeid')
local found = current[1] and '+' .. current[1] or '-'
if current[1] and current[1] == ARGV[4] then return {'won', current[2]} end
if found ~= ARGV[2] then
  if not current[1] then return {'lost'} end
  if ARGV[3] == 'skip' then return {'lost', current} end
  return {'lost', redis.call('HMGET', KEYS[1], 'version', 'modified', 'writeid', 'value', 'octets')}
end
if #ARGV == 3 then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {'won', '0'}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local modified = string.format('%.0f', math.max(now, tonumber(current[2] or 0)))
redis.call('HSET', KEYS[1], 'version', ARGV[4], 'modified', modified, 'value', ARGV[6])
local optional = {writeid = ARGV[5], octets = ARGV[7]}
for name, value in pairs(optional) do
  if value == '-' then
    redis.call('HDEL', KEYS[1], name)
  else
    redis.call('HSET', KEYS[1], name, string.sub(value, 2))
  end
end
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return {'won', modified}`;

/** KEYS: the index, what the hashes' names begin with. ARGV: lower bound, upper bound, limit, fields to send. */
export const LIST = `
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local rows = {}
for i, member in ipairs(members) do
  rows[i] = redis.call('HMGET', KEYS[2] .. member, unpack(ARGV, 4))
  table.insert(rows[i], member)
end
return rows`;
