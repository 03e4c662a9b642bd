/** The text of `--help`. */
export const help = `Tests how a live server handles HTTP conditional requests: ETag, 304, 412, Range (RFC 9110).

  npx @entity-tag/conformance <url>                  read only; nothing is changed
  npx @entity-tag/conformance <url> --write          also writes, and restores the page
  npx @entity-tag/conformance --against adapter.js   all rows of the standard, on a server under test
  npx @entity-tag/conformance explain <request>      how the standard answers one request

What is asked
  --only <words>        only these questions: ids, groups or sections   --only ranges,tag-own,13.1.3
  --skip <words>        all but these                                   --skip robustness
  --header <field>      sent with every request; may be repeated        --header 'Authorization: Bearer abc'
  --timeout <time>      for one answer, 5 seconds by default            --timeout 10    --timeout 500ms
  --max-requests <n>    stop after n; by default 200, plus a race       --max-requests 500
  --insecure            accept any certificate
  --watch               run again when a file below this folder changes

Writing
  --write               PUT, PATCH, POST and DELETE this page, and restore it at the end
  --yes                 do not ask before writing; needed without a terminal
  --body <text>         the new content; {n} becomes another text each time; @file reads a file
  --content-type <type> of the new content; by default as the page's
  --race <n>            n writers at once: is an update lost?           --race 16

What is printed
  --json  --junit  --markdown    in place of the report for a terminal
  --help  --version

explain
  --etag <tag>          the current tag                                 --etag '"v1"'
  --last-modified <d>   the current date of change                      --last-modified 'Sun, 06 Nov 1994 08:49:37 GMT'
  --absent              the page does not exist

Examples
  npx @entity-tag/conformance http://localhost:3000/
  npx @entity-tag/conformance https://localhost:8443/logo.svg --insecure --only ranges
  npx @entity-tag/conformance http://localhost:3000/pages/test --write --body '{"content":"{n}"}' --content-type application/json
  npx @entity-tag/conformance http://localhost:3000/pages/test --write --yes --race 16
  npx @entity-tag/conformance http://localhost:3000/ --junit > conformance.xml
  npx @entity-tag/conformance explain GET 'If-None-Match: "a", W/"b"' --etag '"b"'
  npx @entity-tag/conformance explain recorded.har
  pbpaste | npx @entity-tag/conformance explain -

Exit status: 0, 1 if a MUST fails, 2 if the server could not be tested or the page could not be restored.
`;
