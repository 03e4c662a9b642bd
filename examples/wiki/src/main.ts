import { greeting, startWiki, stopWithParent } from "./serve.ts";

const running = await startWiki(`process ${process.pid}`);
stopWithParent(running.stop);
console.log(greeting(running));
