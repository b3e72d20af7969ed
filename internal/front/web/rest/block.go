package rest

import (
	"net/http"

	"plausch/protocol"
)

func (q *request) addBlock() error    { return q.changeBlock(protocol.MethodBlockAdd) }
func (q *request) removeBlock() error { return q.changeBlock(protocol.MethodBlockRemove) }

func (q *request) changeBlock(method string) error {
	block, err := ask[protocol.Block](q, method, protocol.BlockName{Name: q.PathValue("name")})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, block)
}

func (q *request) listBlocks() error {
	n, err := q.numbers("after", "limit")
	if err != nil {
		return err
	}
	blocks, err := ask[protocol.Blocks](q, protocol.MethodBlockList, protocol.BlockList{After: n[0], Limit: int(n[1])})
	if err != nil {
		return err
	}
	return q.json(http.StatusOK, struct {
		Accounts []protocol.Account `json:"accounts"`
		More     bool               `json:"more"`
	}(blocks))
}
