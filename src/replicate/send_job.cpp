// SPDX-License-Identifier: Apache-2.0
#include "replicate/send_job.h"

#include "base/error.h"

namespace sealift::replicate {
namespace {

/// The END behind the last stream of a package: all zero, sealed by nothing.
constexpr std::uint64_t kPackageEndBytes = stream::kRecordSize;

std::string context_of(const SnapshotToSend& snapshot) {
  return fmt::format("cannot send '{}'", snapshot.name);
}

void write_head(const PackageHead& head, Sink& to) {
  stream::Writer writer(to, head.byte_order);
  writer.write(head.begin, head.payload);
  writer.write(stream::End{});
  writer.flush();
}

void write_package_end(const PackageHead& head, Sink& to) {
  stream::Writer writer(to, head.byte_order);
  writer.write(stream::End{});
  writer.flush();
}

}  // namespace

SendSizes measure(const SendJob& job) {
  SendSizes sizes;
  if (job.package)
    sizes.total = 2 * stream::kRecordSize + job.package->payload.size() + kPackageEndBytes;
  for (const SnapshotToSend& snapshot : job.snapshots) {
    Outbox counter;
    in_context(context_of(snapshot), [&] { send_snapshot(*job.vault, snapshot, counter); });
    sizes.streams.push_back(counter.bytes());
    sizes.total += counter.bytes();
  }
  return sizes;
}

void run(const SendJob& job, Sink& to, const SendPlan::OnStream& on_stream,
         std::atomic<std::uint64_t>* records) {
  if (job.package) write_head(*job.package, to);
  std::function<void()> before_end;
  if (job.peer) before_end = [&] { job.peer->check_unchanged(); };
  for (std::size_t i = 0; i < job.snapshots.size(); ++i) {
    const SnapshotToSend& snapshot = job.snapshots[i];
    on_stream(i);
    in_context(context_of(snapshot), [&] {
      // Snapshots of one package may have been received from hosts of different byte order.
      stream::Writer writer(to, stream_byte_order(*job.vault, snapshot.snapshot));
      Outbox outbox(writer, *job.vault, records);
      send_snapshot(*job.vault, snapshot, outbox, before_end);
    });
  }
  if (job.package) write_package_end(*job.package, to);
}

}  // namespace sealift::replicate
