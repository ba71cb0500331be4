// Benchmarks against peers, a module of its own so that the library's go.mod
// stays clean of them.
module github.com/eipkit/eip-go/bench

go 1.26.0

require (
	github.com/aliyun/alibaba-cloud-sdk-go v1.63.107
	github.com/denverdino/aliyungo v0.0.0-20190125010748-a747050bb1ba
	github.com/eipkit/eip-go v0.1.0
	github.com/json-iterator/go v1.1.12
)

require (
	github.com/google/go-querystring v1.2.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	github.com/jmespath/go-jmespath v0.4.0 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
	github.com/opentracing/opentracing-go v1.2.1-0.20220228012449-10b1cf09e00b // indirect
	gopkg.in/ini.v1 v1.67.0 // indirect
)

replace github.com/eipkit/eip-go => ../
