package eip

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// frozenFiles are what the first thirteen actions send and are answered, below
// testdata. Files may be added beside them.
var frozenFiles = strings.Fields(`
answers/AllocateEipAddress-2017.json
answers/AllocateEipAddress.json
answers/AllocateEipAddress.xml
answers/AllocateEipAddressPro.json
answers/AllocateEipSegmentAddress.json
answers/AssociateEipAddress.json
answers/AssociateEipAddress.xml
answers/DescribeEipAddresses.json
answers/DescribeEipAddresses.xml
answers/DescribeEipGatewayInfo.json
answers/DescribeEipGatewayInfo.xml
answers/DescribeEipMonitorData.json
answers/DescribeEipMonitorData.xml
answers/ModifyEipAddressAttribute.json
answers/ModifyEipAddressAttribute.xml
answers/README.md
answers/ReleaseEipAddress.json
answers/ReleaseEipAddress.xml
answers/UnassociateEipAddress.json
answers/UnassociateEipAddress.xml
forms/AllocateEipAddress.txt
forms/AllocateEipAddressPro.txt
forms/AllocateEipSegmentAddress.txt
forms/AssociateEipAddress.txt
forms/DescribeEipAddresses.txt
forms/DescribeEipGatewayInfo.txt
forms/DescribeEipMonitorData.txt
forms/DescribeEipSegment.txt
forms/DescribeRegions.txt
forms/ModifyEipAddressAttribute.txt
forms/ReleaseEipAddress.txt
forms/ReleaseEipSegmentAddress.txt
forms/UnassociateEipAddress.txt
signatures.json
`)

// frozenSum is the SHA-256 of the names and contents of frozenFiles.
const frozenSum = "7195661d452a8c18caf9b079e6e27a710da9ee3692f2bc0b1c5e24b53d553eb8"

// A request that changes its form, or an answer that is read differently, breaks
// programs: the files that show them do not change.
func TestFrozen(t *testing.T) {
	t.Parallel()
	sum := sha256.New()
	for _, name := range frozenFiles {
		text, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		fmt.Fprintf(sum, "%x  %s\n", sha256.Sum256(text), name)
	}
	assert.Equal(t, frozenSum, fmt.Sprintf("%x", sum.Sum(nil)), "a file of testdata that is frozen has changed")
}
