// The tests of eipsim's page in a browser: Chromium, which .ci/run installs.
module github.com/eipkit/eip-go/cmd/eipsim/pagetest

go 1.26.0

require github.com/stretchr/testify v1.12.1

require go.yaml.in/yaml/v3 v3.0.5 // indirect
