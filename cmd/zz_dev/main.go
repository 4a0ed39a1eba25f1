package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"alexandra/internal/config"
	"alexandra/internal/node"
)

func main() {
	over := map[string]string{}
	cfg, notices, err := config.Load(os.Args[1], over)
	if err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	_ = notices
	n, err := node.New(cfg, node.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		fmt.Println("new:", err)
		os.Exit(3)
	}
	if err := n.Start(context.Background()); err != nil {
		fmt.Println("start:", err)
		os.Exit(3)
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, os.Interrupt)
	<-c
	fmt.Println(n.Stop(context.Background()))
}
