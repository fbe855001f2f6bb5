package server

import (
	"zarafa/server/cluster"
	"zarafa/server/config"
	"zarafa/server/directory"
)

// openCluster knows the servers that the settings or else the directory name.
func openCluster(cfg *config.Config, users *directory.Service) (*cluster.Service, error) {
	settings := cluster.Settings{Distributed: cfg.Cluster.Distributed, Name: cfg.Cluster.ServerName}
	if !settings.Distributed || cfg.Cluster.ServersFile == "" {
		return cluster.New(settings, users), nil
	}
	servers, err := cluster.ReadFile(cfg.Cluster.ServersFile, cfg.Cluster.ServerName)
	if err != nil {
		return nil, err
	}
	return cluster.New(settings, servers), nil
}

// reloadCluster reads the list of servers again. If it has a mistake the one in effect stays.
func (s *Server) reloadCluster(cfg *config.Config) {
	if !cfg.Cluster.Distributed {
		return
	}
	if cfg.Cluster.ServersFile == "" {
		s.clusterOperations.Use(s.directoryOperations)
		return
	}
	servers, err := cluster.ReadFile(cfg.Cluster.ServersFile, cfg.Cluster.ServerName)
	if err != nil {
		s.log.Error("the list of servers was not read again and the one in effect stays", "error", err)
		return
	}
	s.clusterOperations.Use(servers)
}

// directoryCluster tells the directory where its users are at home. A plugin that all servers share says it of each user, or of nobody;
// with the db plugin every server has a directory of its own, and users are at home where they were made unless
// something else is said.
func directoryCluster(cfg *config.Config) directory.Cluster {
	return directory.Cluster{Distributed: cfg.Cluster.Distributed, DefaultHome: cfg.Users.Plugin == "db"}
}
