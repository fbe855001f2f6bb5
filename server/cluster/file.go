package cluster

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"zarafa/daemon/settings"
	"zarafa/server/directory"
)

// maxServers bounds a list in a file.
const maxServers = 1000

// File is a list of servers that was read from a file. It is a [Source].
type File []directory.Server

// Servers implements [Source].
func (f File) Servers() []directory.Server { return f }

// ReadFile reads the list that servers_config names, in which a server called self must be. A line is
//
//	NAME = address=HOST http_port=236 ssl_port=237 file_path=/var/run/zarafa proxy_url=https://… contains_public=yes
func ReadFile(path, self string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &settings.Error{Setting: "servers_config", Problem: err.Error(), Remedy: "name a file with the addresses of all servers"}
	}
	defer f.Close()
	servers, err := Parse(f, path)
	if err != nil {
		return nil, err
	}
	for _, s := range servers {
		if strings.EqualFold(s.Name, self) {
			return servers, nil
		}
	}
	return nil, &settings.Error{
		Origin: settings.Origin{File: path}, Setting: "server_name", Problem: fmt.Sprintf("this server, %s, is not in the list", self),
		Remedy: "add a line for it, or write the name that the list has",
	}
}

// Parse reads a list of servers; file is its name in errors.
func Parse(r io.Reader, file string) (File, error) {
	var servers File
	seen := make(map[string]bool)
	err := settings.Parse(r, file, func(l settings.Line) error {
		mistake := func(problem, remedy string) error {
			return &settings.Error{Origin: settings.Origin{File: file, Line: l.Number}, Problem: problem, Remedy: remedy}
		}
		name := strings.ToLower(l.Name)
		switch {
		case l.Directive != "":
			return mistake("!"+l.Directive+" has no meaning here", "write all servers into this file")
		case strings.ContainsAny(l.Name, "/ \t"):
			return mistake("a server's name has no blanks and slashes", "write NAME = address=HOST http_port=PORT")
		case seen[name]:
			return mistake(fmt.Sprintf("there are two servers called %s", l.Name), "remove one of them")
		case len(servers) == maxServers:
			return mistake(fmt.Sprintf("there are more than %d servers", maxServers), "check that the right file is named")
		}
		seen[name] = true
		s, problem := parseServer(l.Name, l.Value)
		if problem != "" {
			return mistake(problem, "write NAME = address=HOST, then http_port, ssl_port, file_path, proxy_url and contains_public as far as there are such")
		}
		servers = append(servers, s)
		return nil
	})
	return servers, err
}

// parseServer reads what follows a server's name, and tells what is wrong with it.
func parseServer(name, text string) (s directory.Server, problem string) {
	s.Name = name
	for word := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(word, "=")
		ok := value != ""
		switch key {
		case "address":
			s.Address = strings.Trim(value, "[]")
			ok = ok && !strings.Contains(value, "/")
		case "http_port":
			s.HTTPPort, ok = port(value)
		case "ssl_port":
			s.SSLPort, ok = port(value)
		case "file_path":
			s.FilePath = value
			ok = strings.HasPrefix(value, "/")
		case "proxy_url":
			s.ProxyURL = value
			ok = strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://")
		case "contains_public":
			s.ContainsPublic = value == "yes"
			ok = value == "yes" || value == "no"
		default:
			return s, fmt.Sprintf("%q is nothing that a server has", key)
		}
		if !ok {
			return s, fmt.Sprintf("%s cannot be %q", key, value)
		}
	}
	switch {
	case s.Address == "" && (s.HTTPPort != 0 || s.SSLPort != 0):
		return s, "the server has a port but no address"
	case s.HTTPPort == 0 && s.SSLPort == 0:
		return s, "no other server could reach the server: it has neither http_port nor ssl_port"
	}
	return s, ""
}

func port(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 16)
	return int(n), err == nil && n > 0
}
