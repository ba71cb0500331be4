package zenlayertest

import (
	"maps"

	"github.com/eipkit/eip-go/internal/fake"
	"github.com/eipkit/eip-go/zenlayer"
)

// refusalOf is the refusal with a code; without one it is none.
func refusalOf(code string) fake.Refusal {
	if code == "" {
		return fake.Refusal{}
	}
	return *refuse(zenlayer.Code(code), "Injected refusal.")
}

// spoil changes the body of a success as a fault asks for. Bodies are not kept.
func spoil(req *fake.Request, body obj) {
	if req.Spoil.Kind == fake.BlankID {
		if ids, ok := body["eipIdSet"].([]string); ok {
			blank := make([]any, len(ids))
			for i := range blank {
				blank[i] = req.Spoil.ID
			}
			body["eipIdSet"], req.Spoilt = blank, true
		}
		return
	}
	items, ok := body["dataSet"].([]obj)
	total, _ := body["totalCount"].(int)
	if !ok {
		return
	}
	items, total, req.Spoilt = fake.List(req.Spoil, items, total, func(item obj, id any) obj {
		item = maps.Clone(item)
		if item["eipId"] = id; id == nil {
			delete(item, "eipId")
		}
		return item
	})
	body["dataSet"], body["totalCount"] = items, total
}
