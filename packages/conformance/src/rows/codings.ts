import type { Row } from "../row.ts";
import { group } from "./group.ts";
import {
  and,
  failedMatch,
  ifRange,
  match,
  noneMatch,
  proceed,
  proceedInRange,
  range,
  sameTag,
  twoForms,
  weakForms,
} from "./words.ts";

export const codings: readonly Row[] = [
  ...group(
    "alternates",
    "quality",
    "§13.1.1",
    "alternates: other tags of this same version authorise a write",
    [
      [1, "If-Match knows the tag of the gzip form", "PUT", match('"v1-gzip"'), twoForms, proceed],
      [
        2,
        "If-Match knows the tag of the second alternate",
        "PUT",
        match('"v0", "v1-xml"'),
        twoForms,
        proceed,
      ],
      [3, "If-Match still knows the tag itself", "PUT", match('"v1"'), twoForms, proceed],
      [4, "If-Match compares alternates strongly", "PUT", match('W/"v1-gzip"'), twoForms, failedMatch],
      [5, "If-Match refuses a weak alternate", "PUT", match('"v1-gzip"'), weakForms, failedMatch],
      [
        6,
        "If-Match refuses what is neither the tag nor an alternate",
        "PUT",
        match('"v2-gzip"'),
        twoForms,
        failedMatch,
      ],
      [
        7,
        "If-Match that cannot be read is not saved by an alternate",
        "PUT",
        match('"v1-gzip", v1'),
        twoForms,
        failedMatch,
      ],
    ],
  ),
  ...group(
    "alternates-range",
    "MUST",
    "§13.1.5",
    "alternates have other bytes: a range of one cannot continue the other",
    [
      [
        1,
        "If-Range does not take an alternate for the tag",
        "GET",
        and(range, ifRange('"v1-gzip"')),
        twoForms,
        proceed,
      ],
      [
        2,
        "If-Range still knows the tag itself",
        "GET",
        and(range, ifRange('"v1"')),
        twoForms,
        proceedInRange,
      ],
    ],
  ),
  ...group(
    "alternates-selected",
    "MUST",
    "§13.1.2",
    "If-None-Match asks for the selected representation: whoever holds the XML form lacks this one",
    [
      [
        1,
        "If-None-Match does not take an alternate for what is selected",
        "GET",
        noneMatch('"v1-xml"'),
        twoForms,
        proceed,
      ],
      [
        2,
        "If-None-Match still knows the tag itself beside alternates",
        "GET",
        noneMatch('"v1-xml", "v1"'),
        twoForms,
        sameTag,
      ],
    ],
  ),
];
