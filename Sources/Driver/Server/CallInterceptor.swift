// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import GRPCCore
package import Logging
internal import Metrics

/// Around every call: the error becomes a status, the call is timed, and one line of the log says how it went.
package struct CallInterceptor: ServerInterceptor {
    private let driverName: String
    private let logger: Logger

    /// For calls of a driver.
    package init(driverName: String, logger: Logger) {
        self.driverName = driverName
        self.logger = logger
    }

    package func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @concurrent @Sendable (
                _ request: StreamingServerRequest<Input>, _ context: ServerContext
            ) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let start = ContinuousClock.now
        do {
            var response = try await next(request, context)
            if Self.isStream(context.descriptor), case .success(var contents) = response.accepted {
                // What a stream's call does, it does while its answer is written.
                let producer = contents.producer
                contents.producer = { writer in
                    try await self.recorded(context.descriptor, since: start) { try await producer(writer) }
                }
                response.accepted = .success(contents)
                return response
            }
            var status: RPCError?
            if case .failure(let error) = response.accepted { status = error }
            self.record(context.descriptor, since: start, status: status)
            return response
        } catch {
            let status = StatusMapping.status(for: error)
            self.record(context.descriptor, since: start, status: status)
            throw status
        }
    }

    private func recorded<Value>(
        _ method: MethodDescriptor,
        since start: ContinuousClock.Instant,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            let value = try await body()
            self.record(method, since: start, status: nil)
            return value
        } catch {
            let status = StatusMapping.status(for: error)
            self.record(method, since: start, status: status)
            throw status
        }
    }

    /// Methods that answer with a stream; every other has done its work when it gives its answer back.
    private static func isStream(_ method: MethodDescriptor) -> Bool {
        ["GetMetadataAllocated", "GetMetadataDelta"].contains(method.method)
    }

    private func record(_ method: MethodDescriptor, since start: ContinuousClock.Instant, status: RPCError?) {
        let duration = start.duration(to: .now)
        let code = StatusName.name(of: status?.code)
        Timer(
            label: "csi_plugin_operations_seconds",
            dimensions: [
                ("driver_name", self.driverName), ("method_name", "/\(method.fullyQualifiedMethod)"),
                ("grpc_status_code", code),
            ]
        ).recordNanoseconds(duration.nanoseconds)
        var metadata: Logger.Metadata = [
            "csi.method": "\(method.method)", "grpc.code": "\(code)",
            "duration.ms": "\(duration.nanoseconds / 1_000_000)",
        ]
        guard let status else {
            self.logger.log(level: self.isRoutine(method) ? .debug : .info, "Call answered", metadata: metadata)
            return
        }
        metadata["error"] = "\(status.message)"
        // Only what needs a person is an error: the rest is the caller's, the cluster's, or passes by itself.
        self.logger.log(level: status.code == .internalError ? .error : .warning, "Call refused", metadata: metadata)
    }

    /// Calls that sidecars and kubelet make all the time and that change nothing.
    private func isRoutine(_ method: MethodDescriptor) -> Bool {
        ["Probe", "GetPluginInfo", "NodeGetVolumeStats", "List"].contains(method.method)
            || method.method.hasSuffix("Capabilities")
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to 64 bits.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product + attoseconds / 1_000_000_000
    }
}
