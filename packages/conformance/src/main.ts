#!/usr/bin/env node
// The command: `npx @entity-tag/conformance <url>`.
import { command } from "./command/command.ts";

process.exitCode = await command(process.argv.slice(2), process);
