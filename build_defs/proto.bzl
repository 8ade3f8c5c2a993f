"""Generates C++ for a .proto with the system's protoc and gRPC plugin."""

def nearcast_proto_library(name, src, deps = [], grpc = False, visibility = None):
    """One .proto file, with its messages and (grpc = True) its services, as one cc_library.

    Args:
      name: the target's name, the file's stem with _proto.
      src: the .proto file, imported as nearcast/v1/FILE.proto.
      deps: the nearcast_proto_library targets of the files it imports.
      grpc: whether the file defines services.
      visibility: as for cc_library.
    """
    stem = src[:-len(".proto")]
    outs = [stem + ".pb.h", stem + ".pb.cc"]
    plugin = ""
    if grpc:
        outs += [stem + ".grpc.pb.h", stem + ".grpc.pb.cc"]
        plugin = "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin --grpc_out=$(GENDIR)/proto"
    native.filegroup(
        name = name + "_src",
        srcs = [src] + [d + "_src" for d in deps],
        visibility = ["//visibility:public"],
    )
    native.genrule(
        name = name + "_gen",
        srcs = [":" + name + "_src"],
        outs = outs,
        cmd = "/usr/bin/protoc -Iproto -I/usr/include --cpp_out=$(GENDIR)/proto %s %s" % (
            plugin,
            native.package_name() + "/" + src,
        ),
    )
    native.cc_library(
        name = name,
        srcs = [o for o in outs if o.endswith(".cc")],
        hdrs = [o for o in outs if o.endswith(".h")],
        copts = ["-Wno-unused-parameter", "-Wno-array-bounds", "-Wno-stringop-overread"],
        strip_include_prefix = "/proto",
        deps = deps + (["//third_party:grpc"] if grpc else ["//third_party:protobuf"]),
        visibility = visibility,
    )
