module github.com/eipkit/eip-go/tools/api

go 1.26.0
