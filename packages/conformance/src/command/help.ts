/** The text of `--help`. */
export const help = `Asks a live server about HTTP conditional requests: ETag, 304, 412, Range (RFC 9110).

  npx @entity-tag/conformance <url>                  read only; nothing is changed
  npx @entity-tag/conformance <url> --write          also writes, and puts back what it found
  npx @entity-tag/conformance --against adapter.js   every row of the standard, on a server under test
  npx @entity-tag/conformance explain <request>      what the standard makes of one request

What is asked
  --only <words>        only these questions: ids, groups or sections   --only ranges,tag-own,13.1.3
  --skip <words>        not these                                       --skip robustness
  --header <field>      sent with every request; may be repeated        --header 'Authorization: Bearer abc'
  --timeout <time>      for one answer, 5 seconds by default            --timeout 10    --timeout 500ms
  --max-requests <n>    stop after so many; 200 and a race by default   --max-requests 500
  --insecure            take any certificate
  --watch               ask again whenever a file below this folder changes

Writing
  --write               PUT, PATCH, POST and DELETE this page, and put it back in the end
  --yes                 do not ask before writing; needed where there is no terminal
  --body <text>         what to write; {n} becomes another number each time; @file reads a file
  --content-type <type> of what is written; that of the page by default
  --race <n>            so many writers at once: is an update lost?     --race 16

What is printed
  --json  --junit  --markdown    in place of the report for a terminal
  --help  --version

explain
  --etag <tag>          the tag of what is here                         --etag '"v1"'
  --last-modified <d>   when it was modified                            --last-modified 'Sun, 06 Nov 1994 08:49:37 GMT'
  --absent              nothing is here

Examples
  npx @entity-tag/conformance http://localhost:3000/
  npx @entity-tag/conformance https://localhost:8443/logo.svg --insecure --only ranges
  npx @entity-tag/conformance http://localhost:3000/pages/test --write --body '{"content":"{n}"}' --content-type application/json
  npx @entity-tag/conformance http://localhost:3000/pages/test --write --yes --race 16
  npx @entity-tag/conformance http://localhost:3000/ --junit > conformance.xml
  npx @entity-tag/conformance explain GET 'If-None-Match: "a", W/"b"' --etag '"b"'
  npx @entity-tag/conformance explain recorded.har
  pbpaste | npx @entity-tag/conformance explain -

Exit status: 0, 1 if a MUST fails, 2 if nothing could be asked.
`;
