package zenlayertest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/eipkit/eip-go/zenlayer"
	"github.com/eipkit/eip-go/zenlayer/zenlayertest"
)

// Nothing may be done to an address while it is being created; it can be listed.
func TestNothingWhileCreating(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := zenlayertest.NewServer(t, zenlayertest.WithPipe(), zenlayertest.WithTransition(time.Minute))
		c := srv.Client(t, zenlayer.WithoutValidation())
		for _, chargeType := range []string{"POSTPAID", "PREPAID"} {
			type o = map[string]any
			ready := srv.Make(zenlayertest.DefaultZone, chargeType, 1, nil)[0]
			time.Sleep(time.Minute)
			id := srv.Make(zenlayertest.DefaultZone, chargeType, 1, nil)[0]
			before, _ := srv.Address(id)
			balance := srv.Balance()
			for _, tt := range []struct {
				action string
				want   zenlayer.Code
				params o
			}{
				{"AssociateEipAddress", zenlayer.CodeOperationDeniedEipStatusNotAvailable, o{"eipId": id, "instanceId": "instance-sel-1"}},
				{"UnAssociateEipAddress", zenlayer.CodeOperationDeniedEipStatusNotSupport, o{"eipId": id}},
				{"TerminateEipAddress", zenlayer.CodeOperationDeniedEipStatusNotSupport, o{"eipId": id}},
				{"ReleaseEipAddresses", zenlayer.CodeOperationDeniedEipNotRecycled, o{"eipIds": []string{id}}},
				{"RenewEipAddress", zenlayer.CodeOperationDeniedEipStatusNotSupport, o{"eipId": id}},
				{"ModifyEipAddressesResourceGroup", zenlayer.CodeOperationDeniedEipStatusNotSupport,
					o{"eipIds": []string{id}, "resourceGroupId": "rg-other"}},
				{"ModifyEipAddressesResourceGroup", zenlayer.CodeOperationDeniedEipStatusNotSupport,
					o{"eipIds": []string{ready, id}, "resourceGroupId": "rg-other"}},
			} {
				_, err := c.Do(t.Context(), zenlayer.RawRequest{Action: tt.action, Params: tt.params}, nil)
				require.ErrorIs(t, err, tt.want, tt.action)
				after, _ := srv.Address(id)
				require.Equal(t, before, after, tt.action)
			}
			require.InDelta(t, balance, srv.Balance(), 0)
			other, _ := srv.Address(ready)
			require.Equal(t, zenlayertest.DefaultResourceGroup, other.ResourceGroupID, "all or none")
			list, err := c.DescribeEipAddresses(t.Context(), &zenlayer.DescribeEipAddressesRequest{EipIDs: []string{id}})
			require.NoError(t, err)
			require.Len(t, list.DataSet, 1)
			require.EqualValues(t, "CREATING", list.DataSet[0].EipStatus)
			offered, err := c.DescribeInstanceAvailableEipResources(t.Context(),
				&zenlayer.DescribeInstanceAvailableEipResourcesRequest{InstanceID: "instance-sel-1"})
			require.NoError(t, err)
			for _, e := range offered.InstanceEipResources {
				require.NotEqual(t, id, e.EipID)
			}

			time.Sleep(time.Minute)
			_, err = c.Do(t.Context(), zenlayer.RawRequest{Action: "ModifyEipAddressesResourceGroup",
				Params: o{"eipIds": []string{id}, "resourceGroupId": "rg-other"}}, nil)
			require.NoError(t, err)
		}
	})
}
