// SPDX-License-Identifier: Apache-2.0
#include "objset/release.h"

#include <algorithm>
#include <optional>

#include "objset/object_set.h"

// A block keeps its place, (object, level, index), for as long as it lives: an object that is
// written anew has all its blocks new, and a tree that gains levels gains them above. So the walk
// goes down the victim and, in step, every successor; where both point at one address, all below
// is shared.

namespace sealift::objset {
namespace {

/// The entries at one place, one of each successor; holes where a successor has none there.
using Others = std::vector<Entry>;

class Releaser {
 public:
  Releaser(const vault::BlockReader& reader, Birth after,
           const std::function<void(const vault::BlockPointer&)>& release)
      : reader_(reader), after_(after), release_(release) {}

  void run(const Unshared& what) {
    std::vector<ObjectSet> successors;
    for (const vault::BlockPointer& successor : what.successors) {
      if (successor.same_place(what.victim)) return;
      if (!successor.is_null()) successors.push_back(read_object_set(reader_, successor));
    }
    const ObjectSet victim = read_object_set(reader_, what.victim);
    release_(what.victim);
    std::vector<Tree> others;
    for (const ObjectSet& set : successors) others.push_back({&set.geometry, &set.pointers});
    visit_tree({&victim.geometry, &victim.pointers}, others, Leaves::kDnodes);
  }

 private:
  enum class Leaves : std::uint8_t { kDnodes, kData };
  struct Tree {
    const Geometry* geometry;
    const std::vector<Entry>* pointers;
  };

  bool is_ours_alone(const Entry& entry, const Others& others) const {
    if (entry.where.is_null() || entry.birth <= after_) return false;
    return std::none_of(others.begin(), others.end(),
                        [&](const Entry& other) { return other.where.same_place(entry.where); });
  }

  /// The entry of `tree` at (level, index); a hole where the tree does not reach.
  Entry at(const Tree& tree, unsigned level, std::uint64_t index) const {
    const Geometry& geometry = *tree.geometry;
    if (level >= geometry.levels) return {};
    unsigned at_level = geometry.levels - 1U;
    const auto ancestor = [&](unsigned upper) {
      const unsigned shift = geometry.entry_shift() * (upper - level);
      return shift >= 64 ? 0 : index >> shift;
    };
    if (ancestor(at_level) >= tree.pointers->size()) return {};
    Entry entry = (*tree.pointers)[ancestor(at_level)];
    while (at_level > level && entry.kind == EntryKind::kBlock) {
      --at_level;
      const std::uint64_t mask = geometry.entries_per_node() - 1;
      entry = read_node(reader_, entry, geometry)[ancestor(at_level) & mask];
    }
    return at_level == level ? entry : Entry{};
  }

  void visit_tree(const Tree& tree, const std::vector<Tree>& others, Leaves leaves) {
    const unsigned top = tree.geometry->levels - 1U;
    for (std::uint64_t i = 0; i < tree.pointers->size(); ++i) {
      const Entry& entry = (*tree.pointers)[i];
      if (entry.where.is_null() || entry.birth <= after_) continue;
      Others there;
      for (const Tree& other : others) {
        const bool alike = other.geometry->indirect_shift == tree.geometry->indirect_shift;
        there.push_back(alike ? at(other, top, i) : Entry{});
      }
      visit(entry, there, {tree.geometry, top, leaves});
    }
  }

  struct Place {
    const Geometry* geometry;
    unsigned level;
    Leaves leaves;
  };

  void visit(const Entry& entry, const Others& others, const Place& place) {
    if (!is_ours_alone(entry, others)) return;
    release_(entry.where);
    if (place.level > 0) {
      visit_node(entry, others, place);
    } else if (place.leaves == Leaves::kDnodes) {
      visit_dnodes(entry, others);
    }
  }

  void visit_node(const Entry& entry, const Others& others, const Place& place) {
    const std::vector<Entry> node = read_node(reader_, entry, *place.geometry);
    std::vector<std::vector<Entry>> nodes;
    for (const Entry& other : others)
      if (other.kind == EntryKind::kBlock && other.birth > after_)
        nodes.push_back(read_node(reader_, other, *place.geometry));
    for (std::size_t i = 0; i < node.size(); ++i) {
      Others below;
      for (const std::vector<Entry>& other : nodes) below.push_back(other[i]);
      visit(node[i], below, {place.geometry, place.level - 1, place.leaves});
    }
  }

  void visit_dnodes(const Entry& entry, const Others& others) {
    const DnodeBlock block = read_dnode_block(reader_, entry);
    std::vector<DnodeBlock> blocks;
    for (const Entry& other : others) blocks.push_back(read_dnode_block(reader_, other));
    for (const auto& [slot, dnode] : block) {
      std::vector<Tree> trees;
      Others spills;
      for (const DnodeBlock& other : blocks) {
        const auto found = other.find(slot);
        if (found == other.end()) continue;
        trees.push_back({&found->second.geometry, &found->second.pointers});
        spills.push_back(found->second.spill);
      }
      visit_tree({&dnode.geometry, &dnode.pointers}, trees, Leaves::kData);
      if (is_ours_alone(dnode.spill, spills)) release_(dnode.spill.where);
    }
  }

  const vault::BlockReader& reader_;
  Birth after_;
  const std::function<void(const vault::BlockPointer&)>& release_;
};

}  // namespace

void release_unshared(const vault::BlockReader& reader, const Unshared& what,
                      const std::function<void(const vault::BlockPointer&)>& release) {
  if (what.victim.is_null()) return;
  Releaser(reader, what.after, release).run(what);
}

}  // namespace sealift::objset
