import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderWithPage } from "./apps/page.ts";

/** A server of Debian with its default settings: its program, and the command that starts it on a port. */
export interface FileServer {
  binary: string;
  install: string;
  command(port: number): readonly string[];
}

const at = (name: string, text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), "entity-tag-peer-")), name);
  writeFileSync(file, text);
  return file;
};

export const fileServers = {
  nginx: {
    binary: "/usr/sbin/nginx",
    install: "apt-get install nginx",
    command(port) {
      const { folder } = folderWithPage();
      const config = at(
        "nginx.conf",
        `daemon off; master_process off; user root; pid ${folder}/nginx.pid; error_log /dev/null;
events {}
http { access_log off; types { text/plain txt; } client_body_temp_path ${folder};
  server { listen 127.0.0.1:${port}; root ${folder}; } }`,
      );
      return [this.binary, "-c", config, "-p", folder];
    },
  },
  Apache: {
    binary: "/usr/sbin/apache2",
    install: "apt-get install apache2",
    command(port) {
      const { folder } = folderWithPage();
      const modules = "/usr/lib/apache2/modules";
      const config = at(
        "apache.conf",
        `Listen 127.0.0.1:${port}
ServerName localhost
ServerRoot ${folder}
PidFile ${folder}/apache.pid
ErrorLog /dev/null
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule mime_module ${modules}/mod_mime.so
TypesConfig /etc/mime.types
DocumentRoot ${folder}
User nobody
<Directory ${folder}>
Require all granted
</Directory>`,
      );
      return [this.binary, "-D", "FOREGROUND", "-f", config];
    },
  },
  lighttpd: {
    binary: "/usr/sbin/lighttpd",
    install: "apt-get install lighttpd",
    command(port) {
      const { folder } = folderWithPage();
      const config = at(
        "lighttpd.conf",
        `server.document-root = "${folder}"
server.port = ${port}
server.bind = "127.0.0.1"
mimetype.assign = ( ".txt" => "text/plain" )
`,
      );
      return [this.binary, "-D", "-f", config];
    },
  },
} satisfies Record<string, FileServer>;

export const isInstalled = ({ binary }: FileServer): boolean => existsSync(binary);
