// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Writes a service: the protocol that a server conforms to, its registration with grpc-swift, and a client.
struct ServiceGenerator {
    let package: String

    func service(_ service: ProtoService, into out: inout SourceText) {
        self.descriptors(service, into: &out)
        out.line()
        self.serverProtocol(service, into: &out)
        out.line()
        self.defaults(service, into: &out)
        out.line()
        self.registration(service, into: &out)
        out.line()
        self.client(service, into: &out)
    }

    private func type(_ fullName: String) -> String {
        Naming.swiftType(fullName, package: self.package)
    }

    private func descriptors(_ service: ProtoService, into out: inout SourceText) {
        out.line("/// The methods of `\(service.fullName)` as gRPC names them.")
        out.block("package enum \(service.name)Method {") { out in
            for method in service.methods {
                out.line("/// `/\(service.fullName)/\(method.name)`.")
                out.block("package static let \(Naming.method(method.name)) = MethodDescriptor(", end: ")") { out in
                    out.line("fullyQualifiedService: \"\(service.fullName)\",")
                    out.line("method: \"\(method.name)\"")
                }
            }
        }
    }

    private func signature(_ method: ProtoService.Method) -> (head: String, result: String) {
        method.streams
            ? ("writer: RPCWriter<\(self.type(method.response))>,", "")
            : ("", " -> \(self.type(method.response))")
    }

    private func declaration(_ method: ProtoService.Method, into out: inout SourceText, end: String) {
        let (writer, result) = self.signature(method)
        out.block("func \(Naming.method(method.name))(", end: ") async throws\(result)\(end)") { out in
            out.line("_ request: \(self.type(method.request)),")
            if !writer.isEmpty { out.line(writer) }
            out.line("context: ServerContext")
        }
    }

    private func serverProtocol(_ service: ProtoService, into out: inout SourceText) {
        out.comment(service.comment, otherwise: "A server of `\(service.fullName)`.")
        out.line("///")
        out.line("/// A method that a server leaves out answers UNIMPLEMENTED.")
        out.block("package protocol \(service.name)Service: Sendable {") { out in
            for method in service.methods {
                out.comment(method.comment, otherwise: "`\(method.name)`.")
                self.declaration(method, into: &out, end: "")
            }
        }
    }

    private func defaults(_ service: ProtoService, into out: inout SourceText) {
        out.block("extension \(service.name)Service {") { out in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { out.line() }
                let (writer, result) = self.signature(method)
                out.block("package func \(Naming.method(method.name))(", end: ") async throws\(result) {") { out in
                    out.line("_ request: \(self.type(method.request)),")
                    if !writer.isEmpty { out.line(writer) }
                    out.line("context: ServerContext")
                }
                let message = "\(method.name) is not offered by this plugin"
                out.line("    throw RPCError(code: .unimplemented, message: \"\(message)\")")
                out.line("}")
            }
        }
    }

    private func registration(_ service: ProtoService, into out: inout SourceText) {
        out.line("/// Registers a ``\(service.name)Service`` with grpc-swift.")
        out.block("package struct \(service.name)Registration: RegistrableRPCService {") { out in
            out.line("private let service: any \(service.name)Service")
            out.line()
            out.line("/// Will register `service`.")
            out.block("package init(_ service: any \(service.name)Service) {") { $0.line("self.service = service") }
            out.line()
            let head = "package func registerMethods<Transport: ServerTransport>"
            out.block("\(head)(with router: inout RPCRouter<Transport>) {") { out in
                out.line("let service = self.service")
                for method in service.methods {
                    let name = Naming.method(method.name)
                    let descriptor = "\(service.name)Method.\(name)"
                    if method.streams {
                        let call = "WireCall.registerStream(\(descriptor), with: &router)"
                        out.block("\(call) { request, writer, context in") {
                            $0.line("try await service.\(name)(request, writer: writer, context: context)")
                        }
                    } else {
                        out.block("WireCall.register(\(descriptor), with: &router) { request, context in") {
                            $0.line("try await service.\(name)(request, context: context)")
                        }
                    }
                }
            }
        }
    }

    private func client(_ service: ProtoService, into out: inout SourceText) {
        out.line("/// A client of `\(service.fullName)`. Every call throws `RPCError` with the server's status.")
        out.block("package struct \(service.name)Client<Transport: ClientTransport>: Sendable {") { out in
            out.line("private let client: GRPCClient<Transport>")
            out.line()
            out.line("/// A client over a connection that the caller runs.")
            out.block("package init(_ client: GRPCClient<Transport>) {") { $0.line("self.client = client") }
            for method in service.methods {
                out.line()
                self.call(method, of: service, into: &out)
            }
        }
    }

    private func call(_ method: ProtoService.Method, of service: ProtoService, into out: inout SourceText) {
        let name = Naming.method(method.name)
        let result = method.streams ? "" : " -> \(self.type(method.response))"
        out.line("/// Calls `\(method.name)`; `timeout` is the call's deadline.")
        out.block("package func \(name)(", end: ") async throws\(result) {") { out in
            out.line("_ request: \(self.type(method.request)),")
            out.line("timeout: Duration? = nil\(method.streams ? "," : "")")
            if method.streams {
                out.line("_ each: @escaping @Sendable (\(self.type(method.response))) async throws -> Void")
            }
        }
        let arguments = "self.client, \(service.name)Method.\(name), request, timeout: timeout"
        let function = method.streams ? "stream(\(arguments), each)" : "unary(\(arguments))"
        out.line("    try await WireCall.\(function)")
        out.line("}")
    }
}
