// Program eip allocates one address with this library. It is built for its
// size.
package main

import (
	"context"
	"fmt"
	"os"

	eip "github.com/eipkit/eip-go"
)

func main() {
	client, err := eip.NewClient("cn-hangzhou")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out, err := client.AllocateEipAddress(context.Background(), &eip.AllocateEipAddressRequest{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(out.AllocationID)
}
