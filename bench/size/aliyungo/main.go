// Program aliyungo allocates one address with aliyungo. It is built for its
// size.
package main

import (
	"fmt"
	"os"

	"github.com/denverdino/aliyungo/common"
	"github.com/denverdino/aliyungo/ecs"
)

func main() {
	client := ecs.NewVPCClient(
		os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"), os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), common.Hangzhou)
	_, id, err := client.AllocateEipAddress(&ecs.AllocateEipAddressArgs{RegionId: common.Hangzhou})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(id)
}
