package main

import (
	"container/list"
	"fmt"
)

type pair struct {
	key   string
	value int
}

type cache struct {
	room  int
	order *list.List
	items map[string]*list.Element
	hits  int
}

func newCache(room int) *cache {
	return &cache{room: room, order: list.New(), items: map[string]*list.Element{}}
}

func (c *cache) put(key string, value int) (evicted string) {
	if item, ok := c.items[key]; ok {
		item.Value.(*pair).value = value
		c.order.MoveToFront(item)
		return ""
	}
	if c.order.Len() == c.room {
		last := c.order.Back()
		evicted = c.order.Remove(last).(*pair).key
		delete(c.items, evicted)
	}
	c.items[key] = c.order.PushFront(&pair{key, value})
	return evicted
}

func (c *cache) get(key string) (int, bool) {
	item, ok := c.items[key]
	if !ok {
		return 0, false
	}
	c.hits++
	c.order.MoveToFront(item)
	return item.Value.(*pair).value, true
}

func (c *cache) keys() (keys []string) {
	for e := c.order.Front(); e != nil; e = e.Next() {
		keys = append(keys, e.Value.(*pair).key)
	}
	return keys
}

func main() {
	recent := newCache(3)
	for i, key := range []string{"a", "b", "c"} {
		recent.put(key, i)
	}
	fmt.Println(recent.keys())
	// ---
	value, ok := recent.get("a")
	fmt.Println(value, ok, recent.keys())
	// ---
	fmt.Printf("%q\n", recent.put("d", 3))
	_, ok = recent.get("b")
	fmt.Println(ok, recent.keys(), recent.hits)
	// ---
	fmt.Printf("%q\n", recent.put("c", 30))
	value, _ = recent.get("c")
	fmt.Println(value, recent.keys(), len(recent.items))
}
