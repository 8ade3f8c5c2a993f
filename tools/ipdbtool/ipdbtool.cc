#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "tools/ipdbtool/tool.h"

int main(int argc, char** argv) {
  using nearcast::ipdbtool::Progress;
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> words(argv + 1, argv + argc);
  nearcast::ipdbtool::Terminal terminal{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .progress = isatty(STDERR_FILENO) ? Progress::kShown : Progress::kHidden,
  };
  return nearcast::ipdbtool::RunTool(words, terminal);
}
