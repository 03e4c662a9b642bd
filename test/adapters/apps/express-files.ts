import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { representation } from "@entity-tag/conformance/rows";
import { serveRowsOn } from "./express-rows.ts";

const file = join(mkdtempSync(join(tmpdir(), "entity-tag-")), "representation");
writeFileSync(file, representation);

/** Express would send the validators of the file, but the row needs its own. */
const asItIs = { etag: false, lastModified: false, cacheControl: false };

/** The representation is in a file. `res.sendFile` judges every condition by itself, and honours ranges. */
serveRowsOn((handle, request, response) => {
  const { range, ...others } = request.headers;
  const { status, headers, body } = handle({ headers: others });
  response.status(status).set(headers);
  // RFC 9110 §14.2, RFC 10008 §2.8.
  if (body === representation)
    response.sendFile(file, { ...asItIs, acceptRanges: /^(?:GET|QUERY)$/.test(request.method) });
  else response.send(body);
});
