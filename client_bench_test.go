package eip

import (
	"encoding/json"
	"testing"

	"github.com/google/go-querystring/query"
	"github.com/stretchr/testify/require"
)

// The floor of reading an answer is encoding/json reading it as plain maps; the
// floor of a typed struct would need a service that sends what it documents.
func BenchmarkDecodePageOf100(b *testing.B) {
	list := make(EipAddressList, 100)
	for i := range list {
		list[i] = fullAddress()
	}
	body, err := json.Marshal(DescribeEipAddressesResponse{EipAddresses: list, TotalCount: 100})
	require.NoError(b, err)
	b.Run("floor", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			var v map[string]any
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("lenient", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			var resp DescribeEipAddressesResponse
			if err := decodeResponse("DescribeEipAddresses", body, &resp); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecodeAllocate(b *testing.B) {
	body := []byte(`{"RequestId":"B6B9F518-60F8-4D81-9242-1207B356754D","EipAddress":"203.0.113.7","AllocationId":"eip-a","ResourceGroupId":"rg-a"}`)
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v map[string]any
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("lenient", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var resp AllocateEipAddressResponse
			if err := decodeResponse("AllocateEipAddress", body, &resp); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	req := &AllocateEipAddressRequest{Bandwidth: 10, ISP: ISPBGP, Tags: Tags{"a": "1", "b": "2"}, ClientToken: "t"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := query.Values(req); err != nil {
			b.Fatal(err)
		}
	}
}
