package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// nginxBinary is where Debian's package nginx-light has it.
const nginxBinary = "/usr/sbin/nginx"

// backend is a FastCGI program behind nginx: requests under /name go to one of
// its addresses.
type backend struct {
	name      string
	addresses []string
}

// startNginx starts an nginx of so many workers that serves the files under root, and
// stands in front of FastCGI programs. It is set for speed: sendfile, kept
// connections, open files remembered, no log.
func startNginx(ctx context.Context, dir, root string, workers int, backends []backend) (*process, string, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, "nginx"), 0o755); err != nil {
		return nil, "", err
	}
	config := filepath.Join(dir, "nginx", "nginx.conf")
	if err := os.WriteFile(config, []byte(nginxConfig(filepath.Join(dir, "nginx"), address, root, workers, backends)), 0o644); err != nil {
		return nil, "", err
	}
	p, err := start(ctx, filepath.Dir(config), address, nil, nginxBinary, "-c", config)
	return p, address, err
}

func nginxConfig(dir, address, root string, workers int, backends []backend) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("daemon off;")
	line("worker_processes %d;", workers)
	if os.Geteuid() == 0 {
		line("user root;") // the temporary directory is root's
	}
	line("pid %s/pid;", dir)
	line("error_log %s/error.log warn;", dir)
	line("events { worker_connections 1024; }")
	line("http {")
	line("  access_log off;")
	line("  sendfile on; tcp_nopush on; tcp_nodelay on;")
	line("  keepalive_timeout 600s; keepalive_requests 1000000000;")
	line("  open_file_cache max=100000 inactive=600s; open_file_cache_valid 600s;")
	line("  types { image/jpeg jpg; application/json json; }")
	for _, name := range []string{"client_body", "fastcgi", "proxy", "scgi", "uwsgi"} {
		line("  %s_temp_path %s/%s;", name, dir, name)
	}
	line("  fastcgi_buffers 32 16k; fastcgi_buffer_size 16k; fastcgi_max_temp_file_size 0;")
	for _, backend := range backends {
		line("  upstream %s {", backend.name)
		for _, a := range backend.addresses {
			line("    server %s max_fails=0;", a)
		}
		line("  }")
	}
	line("  server {")
	line("    listen %s backlog=1024;", address)
	line("    root %s;", root)
	for _, backend := range backends {
		line("    location = /%s {", backend.name)
		line("      fastcgi_pass %s;", backend.name)
		for _, name := range []string{"QUERY_STRING", "REQUEST_METHOD", "REQUEST_URI", "SERVER_PROTOCOL"} {
			line("      fastcgi_param %s $%s;", name, strings.ToLower(name))
		}
		line("      fastcgi_param HTTP_HOST $http_host;")
		line("    }")
	}
	line("  }")
	line("}")
	return b.String()
}
