// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>
#include <sealift/error.h>
#include <sealift/send.h>

#include <filesystem>
#include <fstream>

#include "replicate/send_world.h"
#include "stream/token.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

constexpr SendFormat kRaw{true, false, false, false};
constexpr SendFormat kLec{false, true, true, true};

SendRequest request(const std::string& snapshot, const std::string& from = "") {
  SendRequest request;
  request.snapshot = snapshot;
  request.from = from;
  request.format = kRaw;
  return request;
}

/// A chain of a volume with five snapshots, received increment by increment.
class Chain : public SendWorld {
 public:
  Chain() {
    receive(reference(file("s1")));
    for (const char* each : {"s1-s2", "s2-s3", "s3-s4", "s4-s5"}) receive(reference(file(each)));
  }
  static std::string file(const std::string& name) { return "2.1.11/enc-vol-16k/" + name + ".zfs"; }
};

void flip_bit(const std::filesystem::path& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char flipped = static_cast<char>(file.get() ^ 4);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(flipped);
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string refusal(SendWorld& world, const SendRequest& request) {
  return error_of([&] { plan_send(world.vault(), request); });
}

TEST_CASE("what was received as a chain is sent as ZFS sends it") {
  Chain world;
  CHECK(world.send(request("tank/enc-vol-16k@s1")) == reference(Chain::file("s1")));
  CHECK(world.send(request("tank/enc-vol-16k@s5")) == reference(Chain::file("s5")));
  CHECK(world.send(request("tank/enc-vol-16k@s3", "@s2")) == reference(Chain::file("s2-s3")));
  CHECK(world.send(request("tank/enc-vol-16k@s5", "tank/enc-vol-16k@s1")) ==
        reference(Chain::file("s1-s5")));
}

TEST_CASE("a bookmark is as good a source as its snapshot") {
  Chain world;
  bookmark(world.vault(), "tank/enc-vol-16k@s2", "#b");
  world.vault().refresh();
  destroy(world.vault(), "tank/enc-vol-16k@s2", {});
  world.vault().refresh();
  const SendPlan plan = plan_send(world.vault(), request("tank/enc-vol-16k@s5", "#b"));
  CHECK(lines_of(plan) == "incremental\ttank/enc-vol-16k#b\ttank/enc-vol-16k@s5\n");
  CHECK(world.send(request("tank/enc-vol-16k@s5", "#b")) == reference(Chain::file("s2-s5")));
}

TEST_CASE("sizes are exact") {
  Chain world;
  SendRequest several = request("tank/enc-vol-16k@s4", "@s1");
  several.intermediates = true;
  several.properties = true;
  const SendPlan plan = plan_send(world.vault(), several);
  CHECK(lines_of(plan) ==
        "incremental\ts1\ttank/enc-vol-16k@s2\n"
        "incremental\ts2\ttank/enc-vol-16k@s3\n"
        "incremental\ts3\ttank/enc-vol-16k@s4\n");
  const SendSizes sizes = plan.measure();
  CHECK(sizes.streams[0] == reference(Chain::file("s1-s2")).size());
  CHECK(sizes.total == world.send(several).size());
}

TEST_CASE("packages say what ZFS's say") {
  SendWorld world;
  world.receive(reference("2.1.11/packages/t-R-s1.zfs"));
  SECTION("all of a tree") {
    SendRequest tree = request("tank/t@s1");
    tree.replicate = true;
    const Bytes expected = reference("2.1.11/packages/t-R-s1.zfs");
    CHECK(Parts::of(world.send(tree)) == Parts::of(expected));
    CHECK(world.send(tree).size() == expected.size());
    CHECK(lines_of(plan_send(world.vault(), tree)) ==
          without_sizes(reference_text("2.1.11/packages/t-R-s1.nvP")));
  }
  SECTION("properties and holds of one snapshot") {
    const catalog::Catalog before = world.catalog();
    const catalog::SnapshotId s1 = before.find_snapshot(before.get("tank/t/a").id, "s1").value().id;
    const Bytes expected = reference("2.1.11/packages/t-p-h-s1.zfs");
    const auto list = stream::decode_nvlist(ByteView(expected).subspan(stream::kRecordSize)).list;
    const auto& entry =
        std::get<std::vector<stream::Nvlist>>(list.get_nvlist("fss")->pairs().front().value)
            .front();
    const auto keep = entry.get_nvlist("snapholds")->get_nvlist("s1")->get_u64("keep").value();
    world.edit([&](catalog::Catalog& catalog) {
      catalog.add_hold(s1, {"keep", static_cast<std::int64_t>(keep)});
      catalog.add_hold(s1, {"second", static_cast<std::int64_t>(keep)});
    });
    SendRequest one = request("tank/t/a@s1");
    one.properties = true;
    one.holds = true;
    CHECK(Parts::of(world.send(one)) == Parts::of(expected));
  }
  SECTION("what lies between, without a list: the very bytes") {
    world.receive(reference("2.1.11/packages/t-I-s1-s2.zfs"));
    SendRequest between = request("tank/t/a@s2", "@s1");
    between.intermediates = true;
    CHECK(world.send(between) == reference("2.1.11/packages/t-I-s1-s2.zfs"));
    CHECK(lines_of(plan_send(world.vault(), between)) ==
          without_sizes(reference_text("2.1.11/packages/t-I-s1-s2.nvP")));
  }
  SECTION("a clone, from its origin: the very bytes") {
    world.receive(reference("2.1.11/packages/t-clone-s1-s2.zfs"));
    CHECK(world.send(request("tank/t/clone@s2", "tank/t/a@s1")) ==
          reference("2.1.11/packages/t-clone-s1-s2.zfs"));
    SendRequest all = request("tank/t/clone@s2", "tank/t/a@s1");
    all.intermediates = true;
    const SendPlan plan = plan_send(world.vault(), all);
    CHECK(lines_of(plan) == "full\ttank/t/clone@s2\n");
    const SendSizes sizes = plan.measure();
    CHECK(sizes.streams[0] == reference("2.1.11/packages/t-clone-s1-s2.zfs").size());
    CHECK(sizes.total == world.send(all).size());
  }
  SECTION("a clone waits for its origin, and begins with it") {
    world.receive(reference("2.1.11/packages/t-clone-s1-s2.zfs"));
    for (const char* each : {"tank/t@s2", "tank/t/a@s2", "tank/t/b@s2", "tank/t/plain@s2",
                             "tank/t/gone@s2", "tank/t/v@s2"})
      take_snapshots(world.vault(), {each}, {}, {1'700'000'000, std::hash<std::string>{}(each)});
    world.vault().refresh();
    SendRequest tree = request("tank/t@s2");
    tree.replicate = true;
    const SendPlan plan = plan_send(world.vault(), tree);
    const auto position = [&](const std::string& name) {
      const auto& all = plan.streams();
      return std::find_if(all.begin(), all.end(), [&](auto& each) { return each.name == name; });
    };
    CHECK(position("tank/t/clone@s2") > position("tank/t/a@s1"));
    CHECK(position("tank/t/clone@s2")->from.empty());
    MemorySink sink;
    plan.run(sink, [](std::size_t) {});
    bool is_clone = false;
    stream::Reader reader{ByteView(sink.bytes())};
    while (const auto* item = reader.next())
      if (const auto* begin = std::get_if<stream::Begin>(&item->record))
        is_clone |= begin->to_name == "tank/t/clone@s2" &&
                    (begin->flags & stream::begin_flag::kClone) && begin->from_guid != 0;
    CHECK(is_clone);
  }
  SECTION("without what is excluded") {
    SendRequest tree = request("tank/t@s1");
    tree.replicate = true;
    tree.excluded = {"tank/t/a", "tank/t/b"};
    const SendPlan plan = plan_send(world.vault(), tree);
    for (const PlannedStream& each : plan.streams()) {
      CHECK(each.name != "tank/t/a@s1");
      CHECK(each.name != "tank/t/b@s1");
    }
  }
}

TEST_CASE("a snapshot taken in the vault is sent with a guid and an IV set of its own") {
  Chain world;
  take_snapshots(world.vault(), {"tank/enc-vol-16k@mine"}, {}, {1'700'000'000, 77});
  world.vault().refresh();
  const Bytes sent = world.send(request("tank/enc-vol-16k@mine", "@s5"));
  stream::Reader reader{ByteView(sent)};
  const auto& begin = std::get<stream::Begin>(reader.next()->record);
  const auto& keydata = *reader.begin_payload()->list.get_nvlist("crypt_keydata");
  const catalog::Catalog catalog = world.catalog();
  const auto snapshot = catalog.find_snapshot(catalog.get("tank/enc-vol-16k").id, "mine").value();
  CHECK(begin.to_guid == snapshot.guid);
  CHECK(keydata.get_u64("to_ivset_guid") == snapshot.ivset_guid);
  CHECK(std::holds_alternative<stream::End>(reader.next()->record));
}

TEST_CASE("a stream is resumed where its token says") {
  SendWorld world;
  world.receive(reference("2.1.11/resumes/enc-s1.zfs"));
  world.receive(reference("2.1.11/resumes/enc-s1-s3.zfs"));
  world.receive(reference("2.1.11/resumes/plain-s1-Lec.zfs"));
  for (const char* each : {"enc-s1.at60", "enc-s1-s3.at60", "plain-s1-Lec.at60"}) {
    INFO(each);
    const std::string file = std::string("2.1.11/resumes/") + each;
    std::string token = reference_text(file + ".token");
    token.erase(token.find_last_not_of('\n') + 1);
    const SendPlan plan = plan_resumed_send(world.vault(), token, {});
    MemorySink sink;
    plan.run(sink, [](std::size_t) {});
    CHECK(sink.bytes() == reference(file + ".zfs"));
    CHECK(plan.measure().total == sink.bytes().size());
    CHECK(lines_of(plan) == without_sizes(reference_text(file + ".nvP")));
  }
}

TEST_CASE("a token decides neither rawness nor range") {
  SendWorld world;
  world.receive(reference("2.1.11/resumes/enc-s1.zfs"));
  world.receive(reference("2.1.11/resumes/plain-s1-Lec.zfs"));
  const catalog::Catalog catalog = world.catalog();
  const auto guid_of = [&](const std::string& dataset) {
    return catalog.find_snapshot(catalog.get(dataset).id, "s1").value().guid;
  };
  stream::ResumeToken token;
  token.to_guid = guid_of("tank/enc");
  token.to_name = "tank/enc@s1";
  const auto refused = [&] {
    return error_of([&] { plan_resumed_send(world.vault(), stream::format_token(token), kLec); });
  };
  CHECK(refused() ==
        "cannot resume send: the token is of not a raw stream, and of this dataset a raw one is "
        "sent");
  token.raw_ok = true;
  CHECK(refused() == "no error");
  token.from_guid = 12345;
  CHECK(refused() == "cannot resume send: incremental source 0x3039 no longer exists");
  token.from_guid = 0;
  token.redact_snaps = std::vector<std::uint64_t>{1};
  CHECK(refused().find("redacted in another way") != std::string::npos);
  token.redact_snaps.reset();
  token.to_guid = guid_of("tank/plain");
  CHECK(refused() ==
        "cannot resume send: the token is of a raw stream, and of this dataset not a raw one is "
        "sent");
  token.to_guid = 99;
  CHECK(refused() ==
        "cannot resume send: 'tank/enc@s1' used in the initial send no longer exists: guid 0x63");
}

TEST_CASE("a source must be an earlier snapshot of the same line") {
  Chain world;
  world.receive(reference("2.1.11/resumes/enc-s1.zfs"));
  const std::string target = "tank/enc-vol-16k@s2";
  const std::string why = "cannot send 'tank/enc-vol-16k@s2': ";
  CHECK(refusal(world, request(target, "@s3")) == why + "not an earlier snapshot from the same fs");
  CHECK(refusal(world, request(target, "@s2")) == why + "not an earlier snapshot from the same fs");
  CHECK(refusal(world, request(target, "tank/enc@s1")) ==
        why + "not an earlier snapshot from the same fs");
  CHECK(refusal(world, request(target, "#none")) ==
        why + "incremental source (tank/enc-vol-16k#none) does not exist");
  CHECK(refusal(world, request(target, "@none")) ==
        why + "cannot open 'tank/enc-vol-16k@none': snapshot does not exist");
  SendRequest between = request(target, "@s4");
  between.intermediates = true;
  CHECK(refusal(world, between).find("is not earlier than it") != std::string::npos);
  between.from = "#b";
  CHECK(refusal(world, between) == "multiple snapshots cannot be sent from a bookmark");
  between.from = "tank/enc@s1";
  CHECK(refusal(world, between) == "incremental source must be in same filesystem");
}

TEST_CASE("a source without a sign is taken for a snapshot, with a warning") {
  Chain world;
  const SendPlan plan = plan_send(world.vault(), request("tank/enc-vol-16k@s2", "s1"));
  REQUIRE(plan.warnings().size() == 1);
  CHECK(plan.warnings()[0].find("assuming snapshot") != std::string::npos);
  CHECK(plan.streams()[0].from == "tank/enc-vol-16k@s1");
}

TEST_CASE("what is kept is sent only as it is kept") {
  SendWorld world;
  world.receive(reference("2.1.11/resumes/enc-s1.zfs"));
  world.receive(reference("2.1.11/resumes/plain-s1-Lec.zfs"));
  SendRequest sealed = request("tank/enc@s1");
  sealed.format = kLec;
  CHECK(refusal(world, sealed) == "cannot send 'tank/enc@s1': dataset key must be loaded");
  sealed.properties = true;
  sealed.format = {};
  SendRequest plain = request("tank/plain@s1");
  CHECK(world.send(plain) == reference("2.1.11/resumes/plain-s1-Lec.zfs"));
  plain.format = kLec;
  CHECK(world.send(plain) == reference("2.1.11/resumes/plain-s1-Lec.zfs"));
  plain.format.compressed = false;
  CHECK(refusal(world, plain).find("compressed blocks") != std::string::npos);
  plain.format = {false, false, false, true};
  CHECK(refusal(world, plain).find("embedded blocks") != std::string::npos);
}

TEST_CASE("a tree is not sent without its keys unless it is sent raw") {
  SendWorld world;
  world.receive(reference("2.1.11/packages/t-R-s1.zfs"));
  SendRequest tree = request("tank/t@s1");
  tree.replicate = true;
  tree.format = kLec;
  CHECK(refusal(world, tree) ==
        "cannot send tank/t@s1: encrypted dataset tank/t may not be sent with properties without "
        "the raw flag");
}

TEST_CASE("a child that lacks the snapshot is an error, or passed over") {
  SendWorld world;
  world.receive(reference("2.1.11/packages/t-R-s1.zfs"));
  destroy(world.vault(), "tank/t/a@s1", {});
  world.vault().refresh();
  // A child is older than the parent's snapshot only if that was taken again.
  take_snapshots(world.vault(), {"tank/t@later"}, {}, {1'700'000'000, 5});
  world.vault().refresh();
  SendRequest tree = request("tank/t@later");
  tree.replicate = true;
  CHECK(refusal(world, tree).find("does not exist") != std::string::npos);
  tree.skip_missing = true;
  const SendPlan plan = plan_send(world.vault(), tree);
  CHECK(plan.warnings().size() == 5);
  CHECK(lines_of(plan) == "full\ttank/t@s1\nincremental\ts1\ttank/t@later\n");
}

TEST_CASE("a wrapping is chosen by its id") {
  SendWorld world;
  world.receive(reference("2.1.11/rekey/s1.zfs"));
  world.receive(reference("2.1.11/resumes/enc-s1.zfs"), "tank/other");
  const catalog::Catalog catalog = world.catalog();
  const catalog::DatasetId dataset = catalog.get("tank/rekey").id;
  const catalog::Wrapping foreign = catalog.wrappings(catalog.get("tank/other").id).front();
  world.edit([&](catalog::Catalog& edited) { edited.add_wrapping(dataset, foreign); });
  SendRequest chosen = request("tank/rekey@s1");
  CHECK(world.send(chosen) == reference("2.1.11/rekey/s1.zfs"));
  chosen.wrapping = to_text(foreign.id());
  const Bytes sent = world.send(chosen);
  stream::Reader reader{ByteView(sent)};
  reader.next();
  const auto& keydata = *reader.begin_payload()->list.get_nvlist("crypt_keydata");
  CHECK(*keydata.get_u8_array("DSL_CRYPTO_MASTER_KEY_1") ==
        Bytes(foreign.master_key.begin(), foreign.master_key.end()));
  chosen.wrapping = "0000000000000000";
  CHECK(refusal(world, chosen) ==
        "cannot send 'tank/rekey@s1': tank/rekey has no wrapping 0000000000000000");
  chosen.wrapping = "mine";
  CHECK(refusal(world, chosen).find("is no id of a wrapping") != std::string::npos);
}

TEST_CASE("invariant 4: a dataset that its root's key does not open is not sent") {
  SendWorld world;
  world.receive(reference("2.1.11/rekey/s1.zfs"));
  world.receive(reference("2.1.11/resumes/enc-s1.zfs"));
  world.edit([](catalog::Catalog& catalog) {
    catalog::DatasetRecord heir = catalog.get("tank/rekey");
    heir.key->encryption_root = catalog.get("tank/enc").id;
    catalog.update(heir);
  });
  CHECK(refusal(world, request("tank/rekey@s1"))
            .find("was not made with the key of its encryption root tank/enc") !=
        std::string::npos);
}

TEST_CASE("invariant 30: no damage to a vault's blocks is sent, and it is named") {
  Chain world;
  const Bytes expected = reference(Chain::file("s5"));
  unsigned refused = 0;
  unsigned named = 0;  // by object and offset: all but what leads to data
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(world.directory()) / "segments")) {
    for (std::uint64_t offset = 11; offset < file.file_size(); offset += 20011) {
      flip_bit(file.path(), offset);
      Bytes sent = expected;
      try {
        sent = world.send(request("tank/enc-vol-16k@s5"));
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kDamaged);
        ++refused;
        if (std::string(error.what()).find("object 1, offset ") != std::string::npos) ++named;
      }
      CHECK(sent == expected);
      flip_bit(file.path(), offset);
    }
  }
  CHECK(refused > 5);
  CHECK(named > 5);
  CHECK(world.send(request("tank/enc-vol-16k@s5")) == expected);
}

TEST_CASE("a reader sends what it saw, whatever is destroyed meanwhile") {
  Chain world;
  const std::string directory = world.directory();
  const Vault reader = Vault::open(directory, Vault::Access::kRead);
  const SendPlan plan = plan_send(reader, request("tank/enc-vol-16k@s1"));
  destroy(world.vault(), "tank/enc-vol-16k", {true, false, false});
  for (int i = 0; i < 8; ++i)
    create_dataset(world.vault(), "tank/x" + std::to_string(i), {},
                   {1'700'000'000, 1000U + static_cast<unsigned>(i)});
  MemorySink sink;
  plan.run(sink, [](std::size_t) {});
  CHECK(sink.bytes() == reference(Chain::file("s1")));
}

}  // namespace
}  // namespace sealift::replicate::test
