#!/usr/bin/env node
// The command: `npx @entity-tag/conformance <url>`.
