/*
 * Redis runs a script without interruption, so no other locking is needed. A key's hash has the fields
 * `version`, `modified`, `writeid`, `value` and `octets`. The expected version is `-` when it is absent, and has a
 * leading `+` when it is present, so that no version can be mistaken for its absence.
 */

/**
 * Reads the state. KEYS: the hash, the index. ARGV: the key.
 *
 * In the place of a member's hash, somebody may have put a key of another type. The version is empty then. A key that
 * is no member belongs to another program, so it is an error.
 */
const STATE = `
local current = redis.pcall('HMGET', KEYS[1], 'version', 'modified', 'writeid')
local isLost = current.err ~= nil
if isLost then
  if not string.find(current.err, 'WRONGTYPE', 1, true) then return current end
  if #redis.call('ZRANGEBYLEX', KEYS[2], '[' .. ARGV[1], '[' .. ARGV[1]) == 0 then return current end
  current = {''}
end`;

/**
 * KEYS: the hash, the index; the ledger's entry, if it is wanted. ARGV: key; `all` or `some`; the versions whose value
 * need not be sent. Returns the state and the entry.
 */
export const READ = `${STATE}
local entry = KEYS[3] and redis.call('GET', KEYS[3])
if not current[1] then return {false, entry} end
local known = isLost or ARGV[2] == 'all'
for i = 3, #ARGV do
  known = known or ARGV[i] == current[1]
end
if known then return {current, entry} end
return {redis.call('HMGET', KEYS[1], 'version', 'modified', 'writeid', 'value', 'octets'), entry}`;

/**
 * KEYS: the hash, the index; and under a key of the client: its entry in the ledger, the index of the ledger.
 * ARGV: key, expected, `skip` or `value`, version (`-` to delete), `drop` if octets that are there must go; under a key
 * of the client: entry (a JSON object, which gets the time of the new version), its life in milliseconds, how many
 * entries there may be; then names and values of the other fields.
 *
 * Returns `won` and the time of the new version, `lost` and the state that was found, `repeated`, or `full`.
 * The index gets the key again with each write, in case Redis evicted it. It is written first: if it is not a sorted
 * set, nothing is written. Redis keeps what a script wrote before an error. So this asks first whether the user may run
 * all the commands (Redis 7): otherwise the ledger could have an entry without its write. ioredis may send a script
 * twice, so finding the version that it is to write counts as won.
 */
export const SWAP = `${STATE}
local found = current[1] and '+' .. current[1] or '-'
if current[1] and current[1] == ARGV[4] then return {'won', current[2]} end
if KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1 then return {'repeated'} end
if found ~= ARGV[2] then
  if not current[1] then return {'lost'} end
  if isLost or ARGV[3] == 'skip' then return {'lost', current} end
  return {'lost', redis.call('HMGET', KEYS[1], 'version', 'modified', 'writeid', 'value', 'octets')}
end
local function denied(name, ...)
  return redis.acl_check_cmd and not redis.acl_check_cmd(name, ...) and name
end
local lacks = KEYS[3] and (denied('SET', KEYS[3], '') or denied('ZADD', KEYS[4], 0, ''))
if ARGV[4] == '-' then
  lacks = lacks or denied('ZREM', KEYS[2], '') or denied('DEL', KEYS[1])
else
  lacks = lacks or denied('ZADD', KEYS[2], 0, '') or denied('HSET', KEYS[1], '', '') or denied('HDEL', KEYS[1], '')
  lacks = lacks or isLost and denied('DEL', KEYS[1])
end
if lacks then return redis.error_reply('NOPERM ' .. lacks .. ' is not allowed') end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local modified = string.format('%.0f', math.max(now, tonumber(current[2] or 0) or 0))
if KEYS[3] then
  local expired = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, 100)
  if #expired > 0 then redis.call('ZREM', KEYS[4], unpack(expired)) end
  if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[8]) then return {'full'} end
end
if ARGV[4] == '-' then
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[2], 0, ARGV[1])
end
if KEYS[3] then
  local entry = ARGV[6]
  if ARGV[4] ~= '-' then entry = string.sub(entry, 1, -2) .. ',"lastModified":' .. modified .. '}' end
  redis.call('SET', KEYS[3], entry, 'PX', ARGV[7])
  redis.call('ZADD', KEYS[4], now + ARGV[7], KEYS[3])
end
if ARGV[4] == '-' then
  redis.call('DEL', KEYS[1])
  return {'won', '0'}
end
if isLost then redis.call('DEL', KEYS[1]) end
if current[3] then redis.call('HDEL', KEYS[1], 'writeid') end
if ARGV[5] == 'drop' then redis.call('HDEL', KEYS[1], 'octets') end
redis.call('HSET', KEYS[1], 'version', ARGV[4], 'modified', modified, unpack(ARGV, KEYS[3] and 9 or 6))
return {'won', modified}`;

/**
 * KEYS: the index; the prefix of the hashes' names. ARGV: lower bound, upper bound, limit, fields to send. A key that
 * is not a hash is sent like a hash without fields, so it does not hide the others.
 */
export const LIST = `
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local rows = {}
for i, member in ipairs(members) do
  rows[i] = redis.pcall('HMGET', KEYS[2] .. member, unpack(ARGV, 4))
  if rows[i].err then rows[i] = {false} end
  table.insert(rows[i], member)
end
return rows`;
