// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replicate/send_job.h"

namespace sealift::replicate {

/// plan_send() of <sealift/send.h>.
SendJob make_send_job(const vault::Vault& vault, const SendRequest& request);

/// plan_resumed_send() of <sealift/send.h>.
SendJob make_resumed_job(const vault::Vault& vault, const std::string& token,
                         const SendFormat& format, std::shared_ptr<const stream::Peer> peer = {});

}  // namespace sealift::replicate
