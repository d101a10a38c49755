// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sealift::os {

/// Makes a directory; its parent must exist. False if it was there already.
bool make_directory(const std::filesystem::path& path);

/// Whether this process may make files in a directory, by its rights and on that file system.
bool is_writable_directory(const std::filesystem::path& path);

/// The names in a directory but "." and "..", in no order.
std::vector<std::string> list_directory(const std::filesystem::path& path);

/// Makes the names in a directory durable: files created, renamed and removed there.
void sync_directory(const std::filesystem::path& path);

/// False if there was no such file.
bool remove_file(const std::filesystem::path& path);

/// Gives a file another name in one step, replacing what has that name.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace sealift::os
